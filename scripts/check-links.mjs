// The last step of `npm run docs`: no link of the built site is dead.
import "./require-node.mjs";
import { globSync } from "node:fs";
import { findDeadLinks } from "./dead-links.mjs";

const site = "docs/site/dist";
const pages = globSync("**/*.html", { cwd: site }).sort();
const problems = findDeadLinks(site, pages);
for (const problem of problems) console.error(problem);
console.log(`${site}/index.html: ${pages.length} pages, ${problems.length} dead links`);
process.exitCode = problems.length > 0 || pages.length === 0 ? 1 : 0;
