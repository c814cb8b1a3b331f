// The process in a few figures.
const tiles = new Map();
function tile(name, value, list, mood) {
  let made = tiles.get(name);
  if (!made) {
    made = { value: make('span'), trend: plot() };
    made.node = make('div', {}, make('dt', {}, name), make('dd', {}, made.value, list ? made.trend : ''));
    at('tiles').append(made.node);
    tiles.set(name, made);
  }
  dress(made.node, mood ?? '');
  put(made.value, value);
  if (list) draw(made.trend, list);
}
function head(all) {
  const info = data.info;
  const servers = all.filter((row) => row.type === SERVER);
  const up = servers.filter(serves).length;
  const requests = all.reduce((sum, row) => sum + (row.type === FRONT ? row.req_rate ?? 0 : 0), 0);
  if (servers.length) {
    tile('Servers up', `${count(up)} / ${count(servers.length)}`, null, up < servers.length ? (up ? 'warn' : 'bad') : 'good');
  }
  tile('Requests', `${short(requests)} /s`, note(':requests', requests));
  tile('Connections', count(info.CurrConns) + (info.Maxconn ? ` / ${short(info.Maxconn)}` : ''), note(':connections', info.CurrConns));
  tile('Sent', `${bytes(info.BytesOutRate)}/s`, note(':bytes', info.BytesOutRate));
  if (data.expiry) certificate(data.expiry);
  tile('Running for', span(info.Uptime_sec));
  const down = servers.filter((row) => mood(row) === 'bad').length;
  const title = (down ? `(${down} down) ` : '') + at('heading').textContent;
  if (document.title !== title) document.title = title;
}
function certificate({ count, name, notAfter }) {
  const left = notAfter - data.now / 1000;
  const title = count > 1 ? 'Next certificate ends' : 'Certificate ends';
  tile(title, left <= 0 ? 'has ended' : `in ${span(left)}`, null, left <= 0 ? 'bad' : left < 14 * 86400 ? 'warn' : '');
  tiles.get(title).node.title = name;
}
