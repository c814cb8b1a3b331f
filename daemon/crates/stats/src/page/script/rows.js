// What the rows say.
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
const serves = (row) => ['good', 'plain'].includes(mood(row)) || /^UP/.test(row.status ?? '');
const wellness = (row) => !['bad', 'warn', 'out'].includes(mood(row));
const errors = (row) => (row.econ ?? 0) + (row.eresp ?? 0) + (row.ereq ?? 0) + (row.hrsp_5xx ?? 0);
