import type { DescEnumValue, DescFile, DescMethod, DescService } from "@bufbuild/protobuf";
import {
  EnumDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  ServiceDescriptorProtoSchema,
  type SourceCodeInfo_Location,
} from "@bufbuild/protobuf/wkt";
import type { GeneratedFile, Printable } from "@bufbuild/protoplugin";

/** What is printed with the comments of the .proto. */
type Commented = DescService | DescMethod | DescEnumValue;

/** A generated file whose doc comments say on which line an rpc is declared. */
export interface SourceCommented extends Omit<GeneratedFile, "jsDoc"> {
  /** A doc comment with a text, or with the comments of a declaration. */
  jsDoc(textOrDesc: string | Commented, indentation?: "  "): Printable;
}

const { service: serviceField, enumType: enumField } = FileDescriptorProtoSchema.field;
const { method: methodField } = ServiceDescriptorProtoSchema.field;
const { value: valueField } = EnumDescriptorProtoSchema.field;

/**
 * Gives a generated file doc comments of its own: protoplugin goes through all positions of the file for each of them,
 * and these are looked up in an index.
 */
export function withSourceComments(f: GeneratedFile, file: DescFile): SourceCommented {
  const comments = new SourceComments(file);
  return {
    ...f,
    jsDoc: (textOrDesc, indentation) =>
      f.jsDoc(typeof textOrDesc === "string" ? textOrDesc : comments.textOf(textOrDesc), indentation),
  };
}

class SourceComments {
  readonly #file: DescFile;
  readonly #locations = new Map<Commented, SourceCodeInfo_Location | undefined>();

  constructor(file: DescFile) {
    this.#file = file;
    const byPath = new Map(
      file.proto.sourceCodeInfo?.location.map((location) => [location.path.join(), location]),
    );
    for (const [position, service] of file.services.entries()) {
      const path = `${serviceField.number},${position}`;
      this.#locations.set(service, byPath.get(path));
      for (const [index, method] of service.methods.entries())
        this.#locations.set(method, byPath.get(`${path},${methodField.number},${index}`));
    }
    for (const [position, { values }] of file.enums.entries()) {
      const path = `${enumField.number},${position},${valueField.number}`;
      for (const [index, value] of values.entries())
        this.#locations.set(value, byPath.get(`${path},${index}`));
    }
  }

  /** The comments above and beside a declaration, and where it comes from. */
  textOf(desc: Commented): string {
    const location = this.#locations.get(desc);
    const comments = [location?.leadingComments ?? "", location?.trailingComments ?? ""].filter(
      (comment) => comment !== "",
    );
    const line =
      desc.kind === "rpc" && location ? ` (${this.#file.proto.name}:${(location.span[0] ?? 0) + 1})` : "";
    const isDeprecated = desc.deprecated || (desc.kind === "service" && this.#file.deprecated);
    return [
      ...comments.flatMap((comment) => [...commentLines(comment), ""]),
      `@generated from ${desc.toString()}${line}`,
      ...(isDeprecated ? ["@deprecated"] : []),
    ].join("\n");
  }
}

/** Without the space that follows `//`, and without the end of the last line. */
function commentLines(comment: string): readonly string[] {
  return comment
    .replace(/(?:\r\n|[\n\r])$/, "")
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.replace(/^ /, ""));
}
