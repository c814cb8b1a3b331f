'use strict';
const settings = JSON.parse(document.getElementById('settings').textContent);
let data = JSON.parse(document.getElementById('data').textContent);
const at = (id) => document.getElementById(id);
const KEPT = 60;
const series = new Map();
const seen = new Map();
const cards = new Map();
const chosen = new Set();

// -- small things ---------------------------------------------------------------------------------
function make(tag, attributes = {}, ...children) {
  const svg = ['svg', 'path', 'rect'].includes(tag);
  const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}
function put(node, text) {
  const wanted = String(text);
  if (node.textContent !== wanted) node.textContent = wanted;
}
function dress(node, name) {
  if (node.className !== name) node.className = name;
}
const number = new Intl.NumberFormat('en');
const count = (n) => number.format(n ?? 0);
function short(n, units = ['', 'k', 'M', 'G', 'T']) {
  let at = 0;
  while (n >= 1000 && at < units.length - 1) { n /= 1000; at += 1; }
  return (at === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)) + (units[at] && ' ' + units[at]);
}
const bytes = (n) => short(n ?? 0, ['B', 'kB', 'MB', 'GB', 'TB']);
function span(seconds) {
  if (seconds === null || seconds === undefined || seconds < 0) return '–';
  const units = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const found = units.findIndex(([size]) => seconds >= size);
  if (found < 0) return '0 s';
  const [size, unit] = units[found];
  const rest = units[found + 1];
  const more = rest ? Math.floor((seconds % size) / rest[0]) : 0;
  return `${Math.floor(seconds / size)} ${unit}` + (more ? ` ${more} ${rest[1]}` : '');
}

// -- plots ----------------------------------------------------------------------------------------
function note(key, value) {
  const list = series.get(key) ?? [];
  list.push(value ?? 0);
  if (list.length > KEPT) list.shift();
  series.set(key, list);
  return list;
}
function plot() {
  return make('svg', { class: 'plot', viewBox: `0 0 ${KEPT - 1} 20`, preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' },
    make('path', { class: 'area' }), make('path'));
}
function draw(svg, list) {
  const most = Math.max(1, ...list);
  const from = KEPT - list.length;
  const points = list.map((v, i) => `${from + i},${(18.5 - (v / most) * 17).toFixed(2)}`);
  const line = list.length > 1 ? 'M' + points.join('L') : '';
  svg.lastChild.setAttribute('d', line);
  svg.firstChild.setAttribute('d', line && `${line}L${KEPT - 1},20L${from},20Z`);
}
function bar() {
  return make('svg', { class: 'bar', viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' },
    make('rect', { width: 100, height: 10 }), make('rect', { class: 'on', width: 0, height: 10 }));
}
const fill = (svg, part) => svg.lastChild.setAttribute('width', Math.round(Math.min(1, part) * 100));

// -- what the rows say ----------------------------------------------------------------------------
const FRONT = 0, BACK = 1, SERVER = 2, LISTENER = 3;
function rows() {
  return data.rows.map((values) => Object.fromEntries(data.columns.map((name, i) => [name, values[i]])));
}
function mood(row) {
  const status = row.status ?? '';
  if (/^(MAINT|DRAIN|NOLB|STOP)/.test(status)) return 'out';
  if (/^DOWN \d/.test(status) || /^UP \d/.test(status) || /^(INI|FULL|WAITING)/.test(status)) return 'warn';
  if (status.startsWith('DOWN')) return 'bad';
  if (status === 'no check') return 'plain';
  return 'good';
}
const wellness = (row) => !['bad', 'warn', 'out'].includes(mood(row));
const errors = (row) => (row.econ ?? 0) + (row.eresp ?? 0) + (row.ereq ?? 0) + (row.hrsp_5xx ?? 0);

// -- the cards of sections ------------------------------------------------------------------------
const COLUMNS = ['State', 'Sessions', 'Rate', 'Queue', 'Response', 'Traffic in / out', 'Errors', 'Last check', 'Since'];
function card(name, admin) {
  const id = `section-${cards.size}`;
  const head = make('thead', {}, make('tr', {},
    admin ? make('th', { scope: 'col' }, make('input', { type: 'checkbox', 'aria-label': `All servers of ${name}`, class: 'all' })) : '',
    make('th', { scope: 'col', class: 'l' }, 'Name'),
    ...COLUMNS.map((c) => make('th', { scope: 'col', class: ['State', 'Last check'].includes(c) ? 'l' : null }, c))));
  const body = make('tbody');
  const facts = make('p', { class: 'facts' });
  const badge = make('span', { class: 'badge' });
  const table = make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-labelledby': id }, make('table', {}, head, body));
  const node = make('article', { 'aria-labelledby': id, 'data-section': name },
    make('div', { class: 'head' }, make('h2', { id }, name), badge, facts), table);
  const made = { node, body, facts, badge, lines: new Map(), name };
  if (admin) orders(made, head);
  at('sections').append(node);
  cards.set(name, made);
  return made;
}
function line(made, row, admin) {
  const key = row.svname;
  const who = { [FRONT]: 'Frontend', [BACK]: 'Backend' }[row.type] ?? key;
  const cells = COLUMNS.map(() => make('td'));
  cells[0].className = 'l';
  cells[7].className = 'l last';
  const badge = make('span', { class: 'badge' });
  cells[0].append(badge);
  const usage = bar(), sessions = make('span'), rate = make('span'), trend = plot();
  cells[1].append(sessions, ' ', usage);
  cells[2].append(rate, ' ', trend);
  const under = make('small');
  const first = make('th', { scope: 'row' }, who, ' ', under);
  const tr = make('tr', { class: row.type === SERVER ? null : 'sum', 'data-who': key });
  if (admin) {
    const box = row.type === SERVER
      ? make('input', { type: 'checkbox', name: 's', value: key, 'aria-label': `Choose ${made.name}/${key}` }) : '';
    tr.append(make('td', {}, box));
  }
  tr.append(first, ...cells);
  made.body.append(tr);
  const built = { tr, cells, badge, usage, sessions, rate, trend, under };
  made.lines.set(key, built);
  return built;
}
function show(built, row) {
  const { cells } = built;
  put(built.badge, row.status ?? '');
  dress(built.badge, `badge ${mood(row)}`);
  const limit = row.slim ? ` / ${short(row.slim)}` : '';
  put(built.sessions, count(row.scur) + limit);
  built.usage.toggleAttribute('hidden', !row.slim);
  if (row.slim) fill(built.usage, row.scur / row.slim);
  const perSecond = row.type === FRONT && row.mode === 'http' ? row.req_rate : row.rate;
  put(built.rate, `${short(perSecond ?? 0)} /s`);
  draw(built.trend, note(`${row.pxname}/${row.svname}`, perSecond));
  put(cells[3], row.qcur === null ? '' : count(row.qcur));
  cells[3].classList.toggle('hot', row.qcur > 0);
  put(cells[4], row.rtime === null ? '' : `${count(row.mode === 'tcp' ? row.ttime : row.rtime)} ms`);
  put(cells[5], `${bytes(row.bin)} / ${bytes(row.bout)}`);
  put(cells[6], count(errors(row)));
  const check = [row.check_status && row.check_status.replace('* ', ''), row.check_code, row.last_chk || row.check_desc].filter(Boolean).join(' · ');
  const took = row.check_duration === null ? '' : ` in ${row.check_duration} ms`;
  put(cells[7], check ? check + took : '');
  cells[7].title = check;
  put(cells[8], row.lastchg === null ? '' : span(row.lastchg));
  const parts = [row.addr, row.bck && row.type === SERVER ? 'backup' : '', row.type === SERVER ? `weight ${row.weight}` : '',
    row.throttle ? `warming up ${row.throttle} %` : '', row.tracked ? `follows ${row.tracked}` : ''];
  put(built.under, row.type === SERVER || row.type === LISTENER ? parts.filter(Boolean).join(' · ') : '');
}
function facts(made, list) {
  const back = list.find((row) => row.type === BACK);
  const front = list.find((row) => row.type === FRONT);
  const main = back ?? front;
  const servers = list.filter((row) => row.type === SERVER);
  const up = servers.filter((row) => ['good', 'plain'].includes(mood(row))).length;
  put(made.badge, servers.length ? `${up} of ${servers.length} up` : main.status);
  dress(made.badge, `badge ${servers.length && up < servers.length ? (up ? 'warn' : 'bad') : mood(main)}`);
  const words = [main.mode, back?.algo, back?.cookie && `cookie ${back.cookie}`,
    `${count(front?.stot ?? back?.stot)} sessions`, back?.downtime ? `down for ${span(back.downtime)} so far` : ''];
  made.facts.replaceChildren(...words.filter(Boolean).map((word) => make('span', {}, word)));
}

// -- orders ---------------------------------------------------------------------------------------
function orders(made, head) {
  const select = make('select', { 'aria-label': `What to do with the chosen servers of ${made.name}` },
    make('option', { value: '' }, 'Choose an action'), ...settings.actions.map(([value, text]) => make('option', { value }, text)));
  const button = make('button', { type: 'submit' }, 'Apply');
  const form = make('form', { class: 'orders' }, select, button, make('small', {}, 'for the chosen servers'));
  const boxes = () => [...made.body.querySelectorAll('input[name=s]')];
  head.querySelector('.all').addEventListener('change', (event) => {
    for (const box of boxes()) box.checked = event.target.checked;
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const servers = boxes().filter((box) => box.checked).map((box) => box.value);
    if (!select.value || !servers.length) {
      return put(at('news'), select.value ? 'Choose servers first.' : 'Choose an action first.');
    }
    const body = new URLSearchParams({ b: made.name, action: select.value, token: settings.token });
    for (const server of servers) body.append('s', server);
    button.disabled = true;
    try {
      const answer = await fetch(settings.uri, { method: 'POST', body, credentials: 'same-origin' });
      const code = /;st=(\w+)/.exec(answer.url)?.[1] ?? (answer.ok ? 'DONE' : `refused with ${answer.status}`);
      const what = select.selectedOptions[0].textContent;
      put(at('news'), code === 'DONE' ? `${what}: done for ${servers.join(', ')}.` : `${what}: ${settings.answers[code] ?? code}.`);
      for (const box of boxes()) box.checked = false;
      await load();
    } catch {
      put(at('news'), 'The order could not be sent.');
    }
    button.disabled = false;
  });
  made.node.append(form);
}

// -- the rest of the page -------------------------------------------------------------------------
const tiles = new Map();
function tile(name, value, list) {
  let made = tiles.get(name);
  if (!made) {
    made = { value: make('span'), trend: plot() };
    at('tiles').append(make('div', {}, make('dt', {}, name), make('dd', {}, made.value, list ? made.trend : '')));
    tiles.set(name, made);
  }
  put(made.value, value);
  if (list) draw(made.trend, list);
}
function head() {
  const info = data.info;
  tile('Connections', count(info.CurrConns) + (info.Maxconn ? ` / ${short(info.Maxconn)}` : ''), note(':connections', info.CurrConns));
  tile('Sessions', `${short(info.SessRate)} /s`, note(':sessions', info.SessRate));
  tile('Sent', `${bytes(info.BytesOutRate)}/s`, note(':bytes', info.BytesOutRate));
  tile('Requests so far', short(info.CumReq));
  tile('Running for', span(info.Uptime_sec));
}
function pair() {
  at('pair').hidden = !data.vrrp.length;
  at('instances').replaceChildren(...data.vrrp.map((one) => {
    const mine = one.state === 'MASTER';
    const mood = mine ? 'good' : one.state === 'BACKUP' ? 'plain' : 'bad';
    const other = mine ? 'peer' : (one.master ?? 'peer');
    const host = (name, holds) => make('div', { class: holds ? 'host holds' : 'host' }, name, make('br'), make('small', {}, holds ? 'holds it' : 'stands by'));
    return make('li', { 'data-instance': one.name },
      make('div', { class: 'top' }, make('span', {}, one.name), make('span', { class: `badge ${mood}` }, one.state)),
      make('div', { class: 'hosts' }, host(settings.node, mine), make('span', { 'aria-hidden': 'true' }, '⇄'), host(other, !mine && one.state === 'BACKUP')),
      make('div', {}, one.addresses.join(', ')),
      make('small', {}, `${one.interface} · router ${one.routerId} · priority ${one.priority} · master ${count(one.transitions)} times`));
  }));
}
function tell(row) {
  const key = `${row.pxname}/${row.svname}`;
  const state = (row.status ?? '').split(' ')[0];
  const before = seen.get(key);
  seen.set(key, state);
  return before !== undefined && before !== state ? `${key} is ${row.status}` : null;
}
function filter() {
  const words = at('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  const troubled = at('troubled').checked;
  let shown = 0;
  for (const made of cards.values()) {
    let any = false;
    for (const built of made.lines.values()) {
      const text = `${made.name} ${built.tr.textContent}`.toLowerCase();
      const fits = words.every((word) => text.includes(word)) && (!troubled || !built.well);
      const hidden = !fits;
      if (built.tr.hidden !== hidden) built.tr.hidden = hidden;
      any ||= fits;
    }
    if (made.node.hidden === any) made.node.hidden = !any;
    shown += any ? 1 : 0;
  }
  at('nothing').hidden = shown > 0;
}
function render() {
  head();
  pair();
  const sections = new Map();
  for (const row of rows()) {
    if (!sections.has(row.pxname)) sections.set(row.pxname, []);
    sections.get(row.pxname).push(row);
  }
  const news = [];
  for (const [name, list] of sections) {
    const admin = settings.admin && list.some((row) => row.type === SERVER);
    const made = cards.get(name) ?? card(name, admin);
    facts(made, list);
    for (const row of list) {
      const built = made.lines.get(row.svname) ?? line(made, row, admin);
      show(built, row);
      built.well = wellness(row);
      news.push(row.type === LISTENER ? null : tell(row));
    }
    const there = new Set(list.map((row) => row.svname));
    for (const [who, built] of made.lines) {
      if (!there.has(who)) { built.tr.remove(); made.lines.delete(who); }
    }
  }
  for (const [name, made] of cards) {
    if (!sections.has(name)) { made.node.remove(); cards.delete(name); }
  }
  const told = news.filter(Boolean);
  if (told.length) put(at('news'), told.slice(0, 5).join(', ') + (told.length > 5 ? `, and ${told.length - 5} more` : '') + '.');
  filter();
}

// -- staying current ------------------------------------------------------------------------------
let paused = settings.paused;
let loading = false;
async function load() {
  if (loading) return;
  loading = true;
  try {
    const answer = await fetch(settings.live, { credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(String(answer.status));
    data = await answer.json();
    render();
    put(at('age'), '');
  } catch (error) {
    put(at('age'), `Not current: the proxy did not answer (${error.message}).`);
  }
  loading = false;
}
function press(on) {
  paused = on;
  at('pause').setAttribute('aria-pressed', String(on));
  put(at('age'), on ? 'Paused.' : '');
}
at('pause').addEventListener('click', () => { press(!paused); if (!paused) load(); });
at('filter').addEventListener('input', filter);
at('troubled').addEventListener('change', filter);
at('tools').addEventListener('submit', (event) => event.preventDefault());
document.addEventListener('keydown', (event) => {
  const typing = event.target.closest?.('input:not([type=checkbox]), select, textarea');
  if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    at('filter').focus();
  }
});
press(paused);
render();
setInterval(() => { if (!paused && !document.hidden) load(); }, settings.every);
