// The site: the README as its front page, the documents, and the API of every published package. Needs a build.
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Whether a package is published and has something to import. */
function hasApi(path) {
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  return (
    !manifest.private && Object.values(manifest.exports ?? {}).some((entry) => typeof entry === "object")
  );
}

// Where sources are to be read, with {path} and {line}. Without one the pages say nothing of sources.
const sourceLinkTemplate = process.env["TS_GRAIN_SOURCE_LINK"];
const sources = sourceLinkTemplate ? { disableGit: true, sourceLinkTemplate } : { disableSources: true };

/** @type {Partial<import("typedoc").TypeDocOptions>} */
const config = {
  name: "ts-grain",
  readme: "../../README.md",
  out: "dist",
  plugin: ["./name-documents.mjs"],
  router: "documents",
  highlightLanguages: ["bash", "javascript", "json", "proto", "typescript", "yaml"],
  projectDocuments: [
    "../quickstart.md",
    "../architecture.md",
    "../!(quickstart|architecture).md",
    "../decisions/*.md",
    "../../{CHANGELOG,CONTRIBUTING,SECURITY}.md",
    "../../{examples,packages/benchmarks}/**/README.md",
  ],
  entryPointStrategy: "packages",
  entryPoints: globSync(join(root, "packages/*/package.json")).filter(hasApi).map(dirname),
  packageOptions: {
    ...sources,
    // The entries are those of package.json.
    excludeInternal: true,
    // protoc-gen-es names the contract with it.
    blockTags: ["@generated", "@example", "@param", "@remarks", "@returns", "@see", "@throws", "@typeParam"],
    validation: { notExported: true, invalidLink: true },
  },
  ...sources,
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  headings: { readme: false, document: false },
  navigation: { includeCategories: true, includeGroups: false, includeFolders: false },
  categorizeByGroup: false,
  categoryOrder: ["Documents", "Packages", "Decisions"],
  defaultCategory: "Packages",
  customCss: "site.css",
  hideGenerator: true,
  githubPages: false,
};

export default config;
