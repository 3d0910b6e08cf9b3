// Making elements. Text from source only ever becomes text nodes and values: nothing here reads markup.

/** An element with attributes, listeners (`onclick`) and children; strings become text. */
function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const byId = (id) => document.getElementById(id);

function code(text) {
  return h('code', { dir: 'ltr' }, text);
}

function chip(kind, text) {
  return h('span', { class: `chip ${kind}`, dir: 'ltr' }, breakable(text));
}

/** A name that may go on in the next line behind its separators. */
function breakable(text) {
  return text.split(/(?<=[:._/-])/).flatMap((part, index) => (index === 0 ? [part] : [h('wbr'), part]));
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A group of radio buttons that look like one control. */
function choice(legend, name, options, chosen, onchange) {
  const radios = options.map(([value, text]) => h('label', { class: 'pill' },
    h('input', { type: 'radio', name, value, checked: value === chosen, onchange: () => onchange(value) }), h('span', {}, text)));
  return h('fieldset', { class: 'choice' }, h('legend', {}, legend), h('div', { class: 'pills' }, radios));
}

/** A labelled list to choose one from. */
function select(label, name, options, chosen, onchange) {
  const control = h('select', { name, onchange: (event) => onchange(event.target.value) },
    options.map(([value, text]) => h('option', { value, selected: value === chosen }, text)));
  return h('label', { class: 'field' }, h('span', {}, label), control);
}

/** A path whose parameters stand back, and which breaks between segments. */
function path(text) {
  const parts = text.split(/(\{[^}]*\})/).map((part, index) => index % 2 === 1
    ? h('span', { class: 'parameter' }, part)
    : part.split(/(?<=\/)/).flatMap((segment, at) => (at === 0 ? [segment] : [h('wbr'), segment])));
  return h('code', { class: 'path', dir: 'ltr' }, parts);
}

/** A place in a file, by its number in the service, as a link where the service says where its source can be read. What lies outside of the service isn't there. */
function place(number, service) {
  const where = service.places[number];
  const text = `${where.file}:${where.line}`;
  if (service.link_base === null || where.file.startsWith('../')) return h('code', { class: 'place', dir: 'ltr' }, text);
  const file = where.file.split('/').map(encodeURIComponent).join('/');
  const href = `${service.link_base.replace(/\/+$/, '')}/${file}#L${where.line}`;
  return h('a', { class: 'place', href, rel: 'noreferrer noopener', target: '_blank', dir: 'ltr' }, text);
}
