/**
 * What a paragraph consists of. Types only.
 *
 * @typedef {{type: "text", text: string}} Text
 * @typedef {{type: "code", text: string}} Code
 * @typedef {{type: "strong" | "emphasis" | "strike", children: Inline[]}} Styled
 * @typedef {{type: "link", href: string, children: Inline[]}} Link
 * @typedef {{type: "mention", name: string, text: string}} Mention `name` as the person writes it, `text` as it stands here
 * @typedef {Text | Code | Styled | Link | Mention} Inline
 */

export {};
