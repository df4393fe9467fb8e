// Sorting, searching, and lists that begin with their first fifty.  Without this the page is whole.
'use strict';
document.documentElement.classList.add('js');
document.addEventListener('DOMContentLoaded', () => {
  const LIMIT = 50;
  const lists = [];
  const status = document.getElementById('found');
  const field = document.getElementById('search');
  let words = [];

  class List {
    constructor(element) {
      this.element = element;
      this.items = Array.from(element.children);
      this.texts = null;
      this.limit = LIMIT;
      this.noun = element.dataset.limit;
      this.said = document.createElement('p');
      this.said.className = 'note';
      this.more = document.createElement('button');
      this.more.type = 'button';
      this.more.className = 'more';
      this.more.addEventListener('click', () => {
        const first = this.shown().length;
        this.limit = Infinity;
        this.show();
        const next = this.shown()[first];
        next.tabIndex = -1;  // who came by keyboard goes on where the list went on
        next.focus();
      });
      const place = element.closest('table') || element;
      place.after(this.said, this.more);
      element.removeAttribute('data-limit');
      this.show();
    }

    matching() {
      if (!words.length) return this.items;
      if (this.texts === null) {
        this.texts = new Map(this.items.map((item) => [item, fold(item.textContent)]));
      }
      return this.items.filter((item) => words.every((word) => this.texts.get(item).includes(word)));
    }

    shown() {
      return this.items.filter((item) => !item.hidden);
    }

    show() {
      const matching = this.matching();
      const visible = new Set(matching.slice(0, this.limit));
      for (const item of this.items) item.hidden = !visible.has(item);
      const left = matching.length - visible.size;
      this.more.hidden = left === 0;
      this.more.textContent = `Show all ${matching.length} ${this.noun}`;
      this.said.hidden = left === 0 && !words.length;
      this.said.textContent = matching.length
        ? `${visible.size} of ${this.items.length} ${this.noun} shown`
        : `No match among ${this.items.length} ${this.noun}`;
      return matching.length;
    }
  }

  function fold(text) {
    return text.normalize('NFKC').toLowerCase();
  }

  function search() {
    words = fold(field.value).split(/\s+/).filter(Boolean);
    let matches = 0;
    let total = 0;
    for (const list of lists) {
      matches += list.show();
      total += list.items.length;
    }
    status.textContent = words.length ? `${matches} of ${total} match` : '';
  }

  function value(row, column) {
    const cell = row.children[column];
    const given = cell.dataset.v;
    if (given === undefined) return fold((cell.querySelector('bdi') || cell).textContent.trim());
    return given === '' ? null : Number(given);
  }

  function order(one, two) {
    if (typeof one === 'string') return one < two ? -1 : one > two ? 1 : 0;
    return one - two;
  }

  function sortable(table, list) {
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        const up = head.getAttribute('aria-sort') === 'descending'
          || (!head.hasAttribute('aria-sort') && !('down' in head.dataset));
        for (const each of heads) each.removeAttribute('aria-sort');
        head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
        const keyed = list.items.map((item) => [value(item, column), item]);
        keyed.sort(([one], [two]) => {
          if (one === null || two === null) return (one === null) - (two === null);  // unknown last
          return up ? order(one, two) : order(two, one);
        });
        list.items = keyed.map(([, item]) => item);
        list.element.append(...list.items);
        list.show();
      });
    });
  }

  for (const element of document.querySelectorAll('[data-limit]')) {
    const list = new List(element);
    const table = element.closest('table.sortable');
    if (table) sortable(table, list);
    lists.push(list);
  }
  if (field) {
    field.addEventListener('input', search);
    if (field.value) search();  // what a browser kept over a reload
  }
});
