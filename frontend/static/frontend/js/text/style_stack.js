/**
 * @typedef {"strong" | "emphasis" | "strike"} Style
 * @typedef {import("./inline_nodes.js").Inline} Inline
 */

/** The mark of each style, as it was typed. */
export const MARKS = Object.freeze({ emphasis: "*", strong: "**", strike: "~~" });

/**
 * Inline nodes under construction, and the styles that were begun and may still come to nothing: their marks are then text.
 * A style never stands in itself, so at most three are open, and every node moves at most so many times.
 */
export class StyleStack {
  /** Outermost first. @type {{style: Style | null, children: Inline[]}[]} */
  #open = [{ style: null, children: [] }];

  /** @param {Inline} node */
  add(node) {
    append(this.#open[this.#open.length - 1], node);
  }

  /** @param {string} text */
  addText(text) {
    if (text !== "") this.add({ type: "text", text });
  }

  /** How deep a style is open; 0 if it is not. @param {Style} style */
  depth(style) {
    return Math.max(
      0,
      this.#open.findIndex((open) => open.style === style),
    );
  }

  /** @param {Style} style */
  begin(style) {
    if (this.depth(style) > 0) this.#drop(this.depth(style));
    this.#open.push({ style, children: [] });
  }

  /** Ends an open style; what was begun in it and not ended is text. @param {Style} style */
  end(style) {
    while (this.#open.length - 1 > this.depth(style)) this.#drop(this.#open.length - 1);
    const { children } = this.#open.pop() ?? { children: [] };
    this.add({ type: style, children });
  }

  /** What is begun and not ended by now is text. */
  giveUp() {
    while (this.#open.length > 1) this.#drop(this.#open.length - 1);
  }

  finish() {
    this.giveUp();
    return this.#open[0]?.children ?? [];
  }

  /** @param {number} depth */
  #drop(depth) {
    const [begun] = this.#open.splice(depth, 1);
    const around = this.#open[depth - 1];
    if (begun?.style) append(around, { type: "text", text: MARKS[begun.style] });
    for (const node of begun?.children ?? []) append(around, node);
  }
}

/** Adds a node, text to text. @param {{children: Inline[]} | undefined} open @param {Inline} node */
function append(open, node) {
  const last = open?.children.at(-1);
  if (node.type === "text" && last?.type === "text") last.text += node.text;
  else open?.children.push(node);
}
