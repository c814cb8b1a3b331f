// Orders about servers.
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
      return tellAll(select.value ? 'Choose servers first.' : 'Choose an action first.');
    }
    const body = new URLSearchParams({ b: made.name, action: select.value, token: settings.token });
    for (const server of servers) body.append('s', server);
    button.disabled = true;
    try {
      const answer = await fetch(settings.uri, { method: 'POST', body, credentials: 'same-origin' });
      const code = /;st=(\w+)/.exec(answer.url)?.[1] ?? (answer.ok ? 'DONE' : `refused with ${answer.status}`);
      const what = select.selectedOptions[0].textContent;
      tellAll(code === 'DONE' ? `${what}: done for ${servers.join(', ')}.` : `${what}: ${settings.answers[code] ?? code}.`);
      for (const box of boxes()) box.checked = false;
      await load();
    } catch {
      tellAll('The order could not be sent.');
    }
    button.disabled = false;
  });
  made.node.append(form);
}
