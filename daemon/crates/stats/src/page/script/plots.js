// Small plots of what was, and bars of how full something is.
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
