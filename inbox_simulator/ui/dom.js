/** Building and updating elements. Data enters as text or attributes, never as markup. */

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(node, name, value);
  node.append(...present(children));
  return node;
}

function setProp(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") node.addEventListener(name, value);
  else if (name === "class") node.className = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

function present(children) {
  return children.flat().filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replace what an element holds. */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
}

/** Writing equal text again would wake screen readers and lose selections. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttr(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, String(value));
}

const viewsOf = new WeakMap();

/**
 * Make a container's children follow a list, keeping the elements of items that stay.
 *
 * `make(item)` answers `{node, update?(item)}`. Answers how many elements are new.
 */
export function keyed(container, items, keyOf, make) {
  const old = viewsOf.get(container) ?? new Map();
  const views = new Map();
  let added = 0;
  let cursor = container.firstChild;
  for (const item of items) {
    const key = keyOf(item);
    let view = old.get(key);
    if (!view) {
      view = make(item);
      added += 1;
    }
    view.update?.(item);
    views.set(key, view);
  }
  for (const [key, view] of old) {
    if (views.has(key)) continue;
    if (view.node === cursor) cursor = cursor.nextSibling;
    view.node.remove();
  }
  for (const view of views.values()) {
    if (view.node === cursor) cursor = cursor.nextSibling;
    else container.insertBefore(view.node, cursor);
  }
  viewsOf.set(container, views);
  return added;
}
