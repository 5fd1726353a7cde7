import type {
  AnyDesc,
  DescEnum,
  DescExtension,
  DescFile,
  DescMessage,
  DescService,
} from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import type { GeneratedFile } from "@bufbuild/protoplugin";

type NamedType = DescMessage | DescEnum | DescExtension | DescService;

/**
 * The same generated file, whose imports of messages and services cost the same however many its files hold.
 *
 * For each import protoplugin works out the names of everything in the file that is imported from: in a file with ten
 * thousand services that takes minutes. So it gets a view of the type, in a file that holds only those types with which
 * it could share a name. What it answers is the same.
 */
export function withNameSlices(f: GeneratedFile): GeneratedFile {
  const slices = new NameSlices();
  return {
    ...f,
    importSchema: (desc, typeOnly) =>
      f.importSchema(desc.kind === "file" ? desc : slices.viewOf(desc), typeOnly),
    importShape: (desc) => f.importShape(slices.viewOf(desc)),
  };
}

class NameSlices {
  readonly #views = new Map<AnyDesc, AnyDesc>();
  readonly #sliced = new Set<DescFile>();

  viewOf<Desc extends NamedType>(desc: Desc): Desc {
    if (!this.#sliced.has(desc.file)) {
      this.#sliced.add(desc.file);
      this.#slice(desc.file);
    }
    return (this.#views.get(desc) ?? desc) as Desc;
  }

  #slice(file: DescFile): void {
    for (const alike of Map.groupBy(nestedTypes(file), nameWithoutSuffix).values()) {
      const types: NamedType[] = [];
      const none = { nestedMessages: [], nestedEnums: [], nestedExtensions: [] };
      // All kinds in one list: their order decides who gets the plain name.
      const slice = derive(file, { messages: types, enums: [], services: [], extensions: [] });
      for (const desc of alike) {
        const view = derive(desc, { file: slice, ...(desc.kind === "message" && none) });
        types.push(view);
        this.#views.set(desc, view);
      }
    }
  }
}

/** Types that differ in it never share a name: protobuf-es appends `Schema`, and `$` where a name is taken. */
function nameWithoutSuffix({ typeName }: NamedType): string {
  return typeName.replaceAll(".", "_").replace(/(?:Schema)+$/, "");
}

/** An object with other values for some fields. */
function derive<T extends object>(original: T, fields: object): T {
  return Object.create(
    original,
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value, enumerable: true }])),
  );
}
