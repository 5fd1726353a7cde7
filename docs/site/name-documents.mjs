// A typedoc plugin for names: documents are called by their headings and keep the file's name as their address,
// decisions stand together, and the main entry of a package with several entries is called "index".
import { Application, Converter, KindRouter } from "typedoc";

/** @param {import("typedoc").Application} app */
export function load(app) {
  const fileNames = new Map();

  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    fileNames.set(document, document.name);
    const markdown = document.content.map(({ text }) => text).join("");
    const heading = /^# (.*)$/m.exec(markdown)?.[1];
    if (heading) document.name = heading.replaceAll("`", "");
    document.frontmatter["category"] = /\/\d{4}-/.test(fileNames.get(document)) ? "Decisions" : "Documents";
  });

  app.on(Application.EVENT_PROJECT_REVIVE, (project) => {
    for (const pkg of project.children) {
      // Its page is titled already.
      const [first] = pkg.readme ?? [];
      if (first) first.text = first.text.replace(/^# .*\n+/, "");
      for (const entry of pkg.children ?? []) if (entry.name === "") entry.name = "index";
    }
  });

  class DocumentRouter extends KindRouter {
    getIdealBaseName(reflection) {
      const fileName = fileNames.get(reflection);
      return fileName ? `documents/${fileName.toLowerCase()}` : super.getIdealBaseName(reflection);
    }
  }
  app.renderer.defineRouter("documents", DocumentRouter);
}
