
'use strict';
const byId = id => document.getElementById(id);
let status, arrived = 0, since = new Date(), source, polls = 0, knownDenials;

// Whatever a stranger wrote goes in as text, never as markup.
function el(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}
const small = text => text ? el('small', {}, text) : null;
const mark = (kind, text) => el('span', {class: kind}, text);
const number = n => n.toLocaleString('en');
const plural = (n, one, many) => number(n) + ' ' + (n === 1 ? one : many || one + 's');
const stamp = time => time.replace('T', ' ').replace('Z', ' UTC');
const now = () => Date.parse(status.now) + (Date.now() - arrived);

function ago(time) {
  const s = Math.max(0, Math.round((now() - Date.parse(time)) / 1000));
  if (s < 5) return 'just now';
  if (s < 60) return Math.floor(s / 5) * 5 + ' s ago';
  if (s < 3600) return Math.floor(s / 60) + ' min ago';
  return s < 172800 ? Math.floor(s / 3600) + ' h ago' : Math.floor(s / 86400) + ' days ago';
}
const when = time => el('time', {datetime: time, title: stamp(time)}, ago(time));
// A conf file's own folder says nothing new.
const short = text => text && text.replaceAll(status.conf.slice(0, status.conf.lastIndexOf('/') + 1), '');
function left(time) {
  const days = Math.floor((Date.parse(time) - now()) / 86400000);
  return Date.parse(time) <= now() ? mark('bad', 'ended') : mark(days < 14 ? 'warn' : '', days < 1 ? 'today' : plural(days, 'day') + ' left');
}

// Rows stay the same elements as long as they are about the same thing, so that focus and selection survive an update.
function table(id, items, keyOf, labels, cells) {
  const body = byId(id), rows = new Map([...body.rows].map(row => [row.dataset.key, row]));
  if (!body.parentElement.tHead) body.parentElement.prepend(el('thead', {role: 'rowgroup'}, el('tr', {role: 'row'},
    ...labels.map(label => el('th', {role: 'columnheader', scope: 'col'}, label)))));
  body.closest('section').classList.toggle('empty', !items.length);
  let at = body.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let row = rows.get(key);
    rows.delete(key);
    if (!row) {
      row = el('tr', {role: 'row', 'data-key': key});
      labels.forEach((label, i) => row.append(i
        ? el('td', {role: 'cell', 'data-label': label}) : el('th', {role: 'rowheader', scope: 'row', 'data-label': label})));
      if (status.seen) row.className = 'fresh';
    }
    cells(item).forEach((parts, i) => {
      const cell = row.cells[i], shown = el('div', {}, ...[parts].flat().filter(part => part !== null && part !== ''));
      if (!cell.firstChild || !cell.firstChild.isEqualNode(shown)) {
        const focused = cell.contains(document.activeElement);
        cell.replaceChildren(shown);
        if (focused) shown.querySelector('button').focus();
      }
      cell.classList.toggle('blank', !shown.textContent);
    });
    if (row === at) at = at.nextElementSibling;
    else {
      const focused = row.contains(document.activeElement) ? document.activeElement : null;
      body.insertBefore(row, at);
      if (focused) focused.focus();
    }
  }
  for (const row of rows.values()) row.remove();
}

const more = (id, count, shown) => byId(id).textContent = count > shown ? 'and ' + number(count - shown) + ' more; the log has them' : '';

function clients(id, list, count) {
  table(id + '-rows', list, d => d.client, ['Address', 'Times', 'Last', 'Request', 'Why', 'To let it in'], d => [
    [el('span', {class: 'mono'}, d.client), small(d.peer && 'through ' + [...d.via, d.peer].join(', '))],
    number(d.count),
    [when(d.last), small(d.count > 1 && 'first ' + ago(d.first))],
    [el('span', {class: 'mono'}, d.method + ' ' + d.path), small(d.host && 'for ' + d.host)],
    [short(d.reason), small(d.status + (d.position && !d.reason.includes(d.position) ? ', ' + short(d.position) : '') + ', request ' + d.request_id)],
    d.allow_line
      ? [el('code', {}, d.allow_line), el('button', {type: 'button', 'data-line': d.allow_line, 'aria-label': 'Copy the line for ' + d.client}, 'Copy'), small(short(d.remedy))]
      : short(d.remedy)]);
  more(id + '-more', count, list.length);
}

function denied() {
  clients('denied', status.denied_clients, status.denied_clients_count);
  clients('reported', status.would_deny_clients, status.would_deny_clients_count);
  const fresh = status.denied_clients.filter(d => knownDenials && !knownDenials.has(d.client));
  if (fresh.length) say(fresh.length === 1 ? fresh[0].client + ' was denied' : fresh.length + ' more addresses were denied');
  knownDenials = new Set(status.denied_clients.map(d => d.client));
}

function say(text) {
  byId('news').textContent = text;
}

function chart(title, sums) {
  const n = sums.passed.length, slots = title === 'Last hour' ? 60 : 96, most = Math.max(1, ...sums.passed.map((p, i) => p + sums.denied[i]));
  const total = all => all.reduce((a, b) => a + b, 0), passed = total(sums.passed), out = total(sums.denied);
  const ns = 'http://www.w3.org/2000/svg', svg = document.createElementNS(ns, 'svg');
  const each = sums.minutes_each === 1 ? 'a minute' : sums.minutes_each + ' minutes';
  const set = (e, o) => { for (const k in o) e.setAttribute(k, o[k]); return e; };
  set(svg, {viewBox: '0 0 ' + slots * 10 + ' 100', preserveAspectRatio: 'none', role: 'img',
    'aria-label': title + ': ' + plural(passed, 'request') + ' passed, ' + number(out) + ' denied; at most ' + number(most) + ' in ' + each});
  const bar = (kind, x, y, h) => h && svg.append(set(document.createElementNS(ns, 'rect'), {class: kind, x, y, width: 8, height: h}));
  for (let i = 0; i < n; i++) {
    const x = (slots - n + i) * 10 + 1, size = v => v && Math.max(2, v / most * 96), p = size(sums.passed[i]), d = size(sums.denied[i]);
    bar('pass', x, 100 - p, p);
    bar('deny', x, 100 - p - d, d);
  }
  return el('figure', {}, el('figcaption', {}, title + ': ', el('span', {class: 'key passed'}, number(passed) + ' passed'), ', ',
    el('span', {class: 'key denied'}, number(out) + ' denied'), small('each bar ' + each + ', the highest ' + number(most))), svg);
}

function rules() {
  table('rules-rows', status.rules, r => r.list + ' ' + r.position + ' ' + r.rule, ['Rule', 'Hits', 'Last hit', 'Ends', 'Owner', 'Note'], r => [
    [el('span', {class: 'mono'}, r.rule), small([r.methods.join(' '), r.list, short(r.position)].filter(Boolean).join(', '))],
    r.hits ? number(r.hits) : mark('warn', 'never hit'),
    r.last_hit ? when(r.last_hit) : '',
    r.until ? [left(r.until), small(stamp(r.until))] : '',
    r.owner || '',
    r.note || '']);
  more('rules-more', status.rules_count, status.rules.length);
}

function apps() {
  const ms = s => s === null || s === undefined ? '?' : s < 1 ? '< ' + +(s * 1000).toPrecision(3) + ' ms' : '< ' + +s.toPrecision(3) + ' s';
  table('apps-rows', status.upstreams, u => u.name, ['App', 'State', 'Answers', 'Time to answer', 'Connections', 'Last failure'], u => [
    el('span', {class: 'mono'}, u.name),
    [u.trouble ? mark('bad', u.trouble) : mark('good', 'reachable'),
      ...u.copies.filter(c => c.set_aside).map(c => small(c.address + ' is set aside'))],
    number(u.answers),
    u.answers ? ['half ' + ms(u.median_below_seconds), small('99 % ' + ms(u.p99_below_seconds))] : '',
    plural(u.connections, 'connection') + ', ' + u.idle + ' idle' + (u.waiting ? ', ' + plural(u.waiting, 'request') + ' waiting' : ''),
    u.last_failure ? [when(u.last_failure.time), small(u.last_failure.detail)] : '']);
}

function groups() {
  byId('groups').hidden = !status.groups.length;
  table('groups-rows', status.groups, g => g.name, ['Group', 'State', 'Ranges', 'Last read'], g => [
    [el('span', {}, g.name), small(g.source)],
    [g.stale ? mark('bad', 'too old: no allow uses it') : g.problem ? mark('warn', g.last_read ? 'what was read before is in use' : 'nobody is in it') : mark('good', 'read'),
      g.problem ? small(g.problem) : ''],
    number(g.ranges),
    g.last_read ? when(g.last_read) : 'never']);
}

function remaining(time) {
  const minutes = Math.ceil((Date.parse(time) - now()) / 60000);
  if (minutes <= 0) return mark('bad', 'ended');
  return minutes < 120 ? plural(minutes, 'minute') + ' left' : minutes < 2880 ? Math.round(minutes / 60) + ' h left' : Math.round(minutes / 1440) + ' days left';
}

function grants() {
  table('grants-rows', status.grants, g => [g.address, g.way, g.by].join(' '), ['Address', 'Ends', 'Granted', 'Note', 'To end it'], g => [
    el('span', {class: 'mono'}, g.address),
    [remaining(g.until), small(stamp(g.until))],
    [g.way === 'invite' ? 'invited by ' + g.by : g.way === 'page' ? 'signed in as ' + g.by : 'by ' + g.by, small(ago(g.from))],
    g.note || '',
    el('button', {type: 'button', 'data-revoke': g.address, 'aria-label': 'Revoke what ' + g.address + ' is granted'}, 'Revoke')]);
  more('grants-more', status.grants_count, status.grants.length);
}

async function revoke(button) {
  const address = button.dataset.revoke;
  button.disabled = true;
  try {
    const answer = await fetch('/api/grants/revoke', {method: 'POST', body: new URLSearchParams({address})});
    say(answer.ok ? 'Revoked ' + address : 'Not revoked: ' + await answer.text());
    if (!answer.ok) button.textContent = 'Failed';
    else await poll();
  } catch (e) {
    say('Not revoked: the gate does not answer');
  } finally {
    button.disabled = false;
  }
}

function rest() {
  const last = status.last_reload;
  byId('reload').replaceChildren(mark(last.succeeded ? 'good' : 'bad', last.succeeded ? 'Succeeded' : 'Failed; the rules from before are in force'), ' ', when(last.time),
    el('span', {class: last.succeeded ? 'soft' : ''}, last.text ? ': ' + last.text : ''));
  byId('warnings').replaceChildren(...status.warnings.map(text => el('li', {}, mark('warn', 'Warning: '), text)));
  table('certificates-rows', status.certificates, c => c.file, ['File', 'Names', 'Valid until'], c => [
    el('span', {class: 'mono'}, c.file), c.names.join(', '), [left(c.valid_until), small(stamp(c.valid_until))]]);
  byId('about').replaceChildren((status.reporting_sites.length ? 'REPORT ONLY: the rules deny nobody at ' + status.reporting_sites.join(', ') + '. ' : '') + status.conf + ', version ' + status.version
    + ', started ', when(status.started), ', ' + plural(status.connections.open, 'connection') + ' open');
}

function draw() {
  denied();
  byId('charts').replaceChildren(chart('Last hour', status.requests.last_hour), chart('Last day', status.requests.last_day));
  grants();
  rules();
  apps();
  groups();
  rest();
}

function show(text) {
  status = JSON.parse(text);
  status.seen = arrived;
  arrived = Date.now();
  draw();
}

function live(yes, text) {
  const state = byId('state'), said = yes ? 'live' : text || 'not live since ' + since.toTimeString().slice(0, 8);
  if (yes) since = null;
  if (state.textContent !== said) state.textContent = said;
  state.className = yes ? 'good' : 'bad';
}
function lost() {
  since = since || new Date();
  live(false);
}

async function poll() {
  try {
    const answer = await fetch('/api/status', {cache: 'no-store'});
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.text());
    return true;
  } catch (e) {
    return false;
  }
}

// A browser asks again by itself when a stream breaks off, and gives up on any other answer than a stream.
function listen() {
  source = new EventSource('/api/events');
  source.onopen = () => live(true);
  source.onmessage = event => { live(true); show(event.data); };
  source.onerror = () => {
    lost();
    if (source.readyState === EventSource.CLOSED) setTimeout(fallBack, 1000);
  };
}
async function fallBack() {
  if (await poll()) live(false, 'updated every 5 s');
  else lost();
  if (++polls % 6) setTimeout(fallBack, 5000);
  else listen();
}

async function copy(button) {
  const line = button.dataset.line;
  try {
    await navigator.clipboard.writeText(line);
  } catch (e) { // which a browser has for secure pages only
    const area = el('textarea', {readonly: ''});
    area.value = line;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    button.focus();
    if (!done) return say('Not copied; select the line');
  }
  button.textContent = 'Copied';
  say('Copied ' + line);
  setTimeout(() => { button.textContent = 'Copy'; }, 2000);
}
document.addEventListener('click', event => {
  const button = event.target.closest('button[data-line], button[data-revoke]');
  if (button) (button.dataset.line ? copy : revoke)(button);
});

setInterval(() => status && draw(), 15000); // how long ago things were
poll().then(listen);
