// Links that lead nowhere, in Markdown as GitHub shows it and in built HTML. Other hosts are not asked.
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/**
 * Every relative link of the pages, and every anchor, that does not exist.
 *
 * @param {string} root what the paths of `pages` begin at
 * @param {readonly string[]} pages Markdown or HTML files
 * @returns {string[]} a line for each dead link
 */
export function findDeadLinks(root, pages) {
  const anchors = new Map();
  const anchorsAt = (path) => {
    if (!anchors.has(path)) anchors.set(path, readerOf(path)?.anchors(readFileSync(path, "utf8")));
    return anchors.get(path);
  };
  return pages.flatMap((page) => {
    const path = join(root, page);
    const links = readerOf(path).links(readFileSync(path, "utf8"));
    return links.flatMap((link) => {
      const problem = judge(path, link, anchorsAt);
      return problem ? [`${page}: ${link} ${problem}`] : [];
    });
  });

  function judge(path, link, anchorsOf) {
    if (/^([a-z]+:|\/\/)/i.test(link)) return undefined;
    const [file, anchor] = link.split("#").map(decodeURIComponent);
    const target = file ? join(dirname(path), file.split("?")[0]) : path;
    if (!existsSync(target) || relative(root, target).startsWith("..")) return "does not exist";
    if (!anchor || statSync(target).isDirectory()) return undefined;
    return anchorsOf(target)?.has(anchor) === false ? "has no such anchor" : undefined;
  }
}

function readerOf(path) {
  if (path.endsWith(".html")) return { links: linksOfHtml, anchors: anchorsOfHtml };
  if (path.endsWith(".md")) return { links: linksOfMarkdown, anchors: anchorsOfMarkdown };
  return undefined;
}

const text = (html) => html.replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity]);
const entities = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };

/** @param {string} html */
export function linksOfHtml(html) {
  return [...html.matchAll(/\s(?:href|src)="([^"]*)"/g)].map(([, link]) => text(link)).filter(Boolean);
}

/** @param {string} html */
export function anchorsOfHtml(html) {
  return new Set([...html.matchAll(/\s(?:id|name)="([^"]+)"/g)].map(([, name]) => text(name)));
}

/** Markdown without what is code. */
function prose(markdown) {
  return markdown.replace(/^(```+)[\s\S]*?^\1$/gm, "");
}

/** @param {string} markdown */
export function linksOfMarkdown(markdown) {
  const readable = prose(markdown).replace(/`[^`\n]*`/g, "code");
  const inline = [...readable.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)];
  const defined = [...readable.matchAll(/^\[[^\]]+\]:\s+(\S+)/gm)];
  return [...inline, ...defined].map(([, link]) => link);
}

/**
 * The anchors that GitHub gives to headings.
 *
 * @param {string} markdown
 */
export function anchorsOfMarkdown(markdown) {
  const anchors = new Set();
  for (const [, heading] of prose(markdown).matchAll(/^#{1,6} (.*)$/gm)) {
    const shown = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
    const slug = shown
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replace(/\s/g, "-");
    let name = slug;
    for (let count = 1; anchors.has(name); count += 1) name = `${slug}-${count}`;
    anchors.add(name);
  }
  return anchors;
}
