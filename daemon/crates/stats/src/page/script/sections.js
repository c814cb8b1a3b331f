// A card for each section, a line for each of its rows.
const COLUMNS = ['State', 'Sessions', 'Rate', 'Queue', 'Response', 'In / out', 'Errors', 'Last check', 'Since'];
const WIDTHS = [8, 11, 12, 5.5, 7.5, 12, 5.5, 14.5, 6.5];
/** The same in every card, so that columns stand below each other. */
function widths() {
  const columns = WIDTHS.map((part) => make('col', { width: `${part}%` }));
  return make('colgroup', {}, ...(settings.admin ? [make('col', { width: '40' })] : []), make('col'), ...columns);
}
function card(name, admin) {
  const id = `section-${cards.size}`;
  const head = make('thead', {}, make('tr', {},
    admin ? make('td', {}, make('input', { type: 'checkbox', 'aria-label': `All servers of ${name}`, class: 'all' })) : settings.admin ? make('td') : '',
    make('th', { scope: 'col', class: 'l' }, 'Name'),
    ...COLUMNS.map((c) => make('th', { scope: 'col', class: ['State', 'Last check'].includes(c) ? 'l' : null }, c))));
  const body = make('tbody');
  const facts = make('p', { class: 'facts' });
  const badge = make('span', { class: 'badge' });
  const table = make('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-labelledby': id }, make('table', {}, widths(), head, body));
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
  if (settings.admin) {
    const box = admin && row.type === SERVER
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
  put(built.rate, perSecond === null ? '' : `${short(perSecond)} /s`);
  built.trend.toggleAttribute('hidden', perSecond === null);
  draw(built.trend, note(`${row.pxname}/${row.svname}`, perSecond));
  put(cells[3], row.qcur === null ? '' : count(row.qcur));
  cells[3].classList.toggle('hot', row.qcur > 0);
  put(cells[4], row.rtime === null ? '' : `${count(row.mode === 'tcp' ? row.ttime : row.rtime)} ms`);
  put(cells[5], `${bytes(row.bin)} / ${bytes(row.bout)}`);
  put(cells[6], count(errors(row)));
  const result = [row.check_status && row.check_status.replace('* ', ''), row.check_code].filter(Boolean).join(' ');
  const said = row.last_chk || row.check_desc || '';
  const took = row.check_duration === null ? '' : ` in ${row.check_duration} ms`;
  put(cells[7], /OKC?( |$)/.test(result) ? result + took : [result, said].filter(Boolean).join(' · '));
  cells[7].title = result && `${result} ${said}${took}`;
  cells[4].title = row.rtime === null ? '' : `queue ${row.qtime} ms, connect ${row.ctime} ms, response ${row.rtime} ms, total ${row.ttime} ms`;
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
  const up = servers.filter(serves).length;
  put(made.badge, servers.length ? `${up} of ${servers.length} up` : main.status);
  dress(made.badge, `badge ${servers.length && up < servers.length ? (up ? 'warn' : 'bad') : mood(main)}`);
  const words = [main.mode, back?.algo, back?.cookie && `cookie ${back.cookie}`,
    `${count(front?.stot ?? back?.stot)} sessions`, back?.downtime ? `down for ${span(back.downtime)} so far` : ''];
  made.facts.replaceChildren(...words.filter(Boolean).map((word) => make('span', {}, word)));
}
