// Who holds which virtual address: a card for each host, and on it the addresses that it holds.
const OWN = '';
function hostsOf(routers) {
  const names = new Set([OWN]);
  for (const one of routers) {
    for (const peer of one.peers) names.add(peer.address);
    if (one.state !== 'MASTER' && one.master) names.add(one.master.address);
  }
  return [...names];
}
/** What a host is to a virtual router: the state, or nothing when it takes no part. */
function part(one, host) {
  if (host === OWN) return one.state;
  if (one.state !== 'MASTER' && one.master?.address === host) return 'MASTER';
  const peer = one.peers.find(({ address }) => address === host);
  return peer && (peer.state ?? 'BACKUP');
}
function vip(one, state) {
  const holds = state === 'MASTER';
  const words = { MASTER: 'holds', BACKUP: 'stands by for', FAULT: 'cannot hold', INIT: 'begins with' };
  const what = one.addresses.map((address) => address.replace(/\/\d+$/, '')).join(', ') || 'no address';
  return make('li', { class: holds ? 'vip good' : state === 'FAULT' ? 'vip bad' : 'vip', 'data-state': state },
    make('span', { class: 'hides' }, `${words[state] ?? state} `), make('b', {}, what), make('small', {}, one.name));
}
/** Whether those hosts hear each other, as far as it is known. */
function hearing(host) {
  const peers = data.vrrp.flatMap((one) => one.peers).filter(({ address }) => address === host);
  if (peers.some(({ hearsUs }) => hearsUs === false)) return ['bad', 'does not hear this host'];
  if (peers.some(({ hearsUs }) => hearsUs === true)) return ['good', 'hears this host'];
  return ['', 'another host'];
}
function station(host) {
  const [mood, words] = host === OWN ? ['', 'this host'] : hearing(host);
  const list = data.vrrp.map((one) => [one, part(one, host)]).filter(([, state]) => state);
  list.sort((one, other) => Number(other[1] === 'MASTER') - Number(one[1] === 'MASTER'));
  return make('li', { class: 'station', 'data-host': host || settings.node },
    make('div', { class: 'top' }, make('b', {}, host || settings.node), make('small', { class: mood }, words)),
    make('ul', { class: 'vips' }, ...list.map(([one, state]) => vip(one, state))));
}
function router(one) {
  const since = one.since ? ` for ${span((data.now - one.since) / 1000)}` : '';
  const words = [`${one.interface} · router ${one.virtualRouterId} · priority ${one.effectivePriority}`,
    `changed ${count(one.transitions)} times`, ...one.reasons];
  const mood = one.state === 'FAULT' || one.reasons.length ? 'bad' : one.state === 'MASTER' ? 'good' : 'plain';
  return make('li', { 'data-instance': one.name }, make('b', {}, one.name), ' ',
    make('span', { class: `badge ${mood}` }, one.state), `${since} `, make('small', {}, words.join(' · ')));
}
let drawn = '';
function pair() {
  // Drawn anew when something else than the time has changed, so that a reader is not interrupted.
  const now = JSON.stringify(data.vrrp.map((one) => [one.name, one.state, one.reasons, one.addresses, one.effectivePriority,
    one.master?.address, one.peers.map(({ address, state, hearsUs }) => [address, state, hearsUs])]));
  at('pair').hidden = !data.vrrp.length;
  if (now !== drawn) at('stations').replaceChildren(...hostsOf(data.vrrp).map(station));
  drawn = now;
  at('instances').replaceChildren(...data.vrrp.map(router));
}
