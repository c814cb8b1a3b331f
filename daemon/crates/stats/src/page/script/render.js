// Everything at once.
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
  const all = rows();
  head(all);
  pair();
  const sections = new Map();
  for (const row of all) {
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
  if (told.length) tellAll(told.slice(0, 5).join(', ') + (told.length > 5 ? `, and ${told.length - 5} more` : '') + '.');
  filter();
}
