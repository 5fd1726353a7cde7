import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { anchorsOfMarkdown, findDeadLinks, linksOfHtml, linksOfMarkdown } from "./dead-links.mjs";

function folderWith(files) {
  const root = mkdtempSync(join(tmpdir(), "dead-links-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

test("a link in Markdown leads to a file, a folder or a heading", () => {
  const root = folderWith({
    "README.md":
      "# A\n[b](docs/b.md#how-to-add-) [folder](docs) [here](#a) [gone](gone.md) [no](docs/b.md#no) [web](https://example.org/#x)",
    "docs/b.md": "## How to add …\n[up](../README.md) [out](../../etc)",
  });
  expect(findDeadLinks(root, ["README.md", "docs/b.md"])).toEqual([
    "README.md: gone.md does not exist",
    "README.md: docs/b.md#no has no such anchor",
    "docs/b.md: ../../etc does not exist",
  ]);
});

test("a link in HTML leads to a file and to an id in it", () => {
  const root = folderWith({
    "index.html":
      '<a href="a/b.html#x">1</a><img src="no.png"><a href="a/b.html#y">2</a><a href="#z">3</a><a href="data:,">4</a>',
    "a/b.html": '<h1 id="x"></h1><a href="../index.html?q=1&amp;r=2">up</a><a href="%62.html#x">self</a>',
  });
  expect(findDeadLinks(root, ["index.html", "a/b.html"])).toEqual([
    "index.html: no.png does not exist",
    "index.html: a/b.html#y has no such anchor",
    "index.html: #z has no such anchor",
  ]);
});

test("what is code holds no links and no headings", () => {
  const markdown = '# One\n```sh\n# two\n[x](y)\n```\n`[x](z)` [a](b "title")\n[ref]: c.md\n';
  expect(linksOfMarkdown(markdown)).toEqual(["b", "c.md"]);
  expect([...anchorsOfMarkdown(markdown)]).toEqual(["one"]);
  expect(linksOfHtml('<p data-href="a" href="b">')).toEqual(["b"]);
});

test("headings get GitHub's anchors", () => {
  const markdown = "# `a_b` & *c*\n## [Link](x.md): yes\n## Twice\n## Twice\n### Größe, 2 µs\n";
  expect([...anchorsOfMarkdown(markdown)]).toEqual(["a_b--c", "link-yes", "twice", "twice-1", "größe-2-µs"]);
});
