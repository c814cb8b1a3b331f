'use strict';
const settings = JSON.parse(document.getElementById('settings').textContent);
let data = JSON.parse(document.getElementById('data').textContent);
const at = (id) => document.getElementById(id);
const KEPT = 60;
const series = new Map();
const seen = new Map();
const cards = new Map();
const chosen = new Set();

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
/** News stay long enough to be read. */
const READ = 10000;
let fresh = [];
function tellAll(...texts) {
  const now = Date.now();
  fresh = [...fresh.filter((one) => now - one.at < READ), ...texts.map((text) => ({ at: now, text }))].slice(-4);
  put(at('news'), fresh.map((one) => one.text).join(' '));
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
