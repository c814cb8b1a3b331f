// Staying current.
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
  if (event.key === 'Escape' && event.target === at('filter') && at('filter').value) {
    event.preventDefault();
    at('filter').value = '';
    filter();
  }
});
press(paused);
render();
setInterval(() => { if (!paused && !document.hidden) load(); }, settings.every);
