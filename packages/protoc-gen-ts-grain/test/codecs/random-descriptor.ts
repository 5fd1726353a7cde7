import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  Edition,
  type EnumDescriptorProtoSchema,
  FeatureSet_EnumType,
  FeatureSet_FieldPresence,
  FeatureSet_MessageEncoding,
  FeatureSet_RepeatedFieldEncoding,
  FeatureSet_Utf8Validation,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldOptions_JSType,
  FileDescriptorProtoSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from "@bufbuild/protobuf/wkt";
import type { Choices } from "./choices.ts";

/** As protobuf-es's `create` takes it, but simple enough to be put together piece by piece. */
interface Field {
  readonly name?: string | undefined;
  readonly number?: number | undefined;
  readonly label?: FieldDescriptorProto_Label | undefined;
  readonly type?: FieldDescriptorProto_Type | undefined;
  readonly typeName?: string | undefined;
  readonly defaultValue?: string | undefined;
  readonly proto3Optional?: true | undefined;
  readonly options?: FieldOptions | undefined;
  oneofIndex?: number | undefined;
}

interface FieldOptions {
  readonly packed?: boolean | undefined;
  readonly jstype?: FieldOptions_JSType | undefined;
  readonly features?: object | undefined;
}

interface MessageType {
  readonly name: string;
  readonly field: readonly Field[];
  readonly nestedType?: readonly MessageType[];
  readonly oneofDecl?: readonly { readonly name: string }[];
  readonly options?: { readonly mapEntry: true };
}

type Syntax = "proto2" | "proto3" | "editions";

const { REQUIRED, OPTIONAL, REPEATED } = FieldDescriptorProto_Label;
const Type = FieldDescriptorProto_Type;
const scalarTypes = [
  Type.DOUBLE,
  Type.FLOAT,
  Type.INT64,
  Type.UINT64,
  Type.INT32,
  Type.FIXED64,
  Type.FIXED32,
  Type.BOOL,
  Type.STRING,
  Type.BYTES,
  Type.UINT32,
  Type.SFIXED32,
  Type.SFIXED64,
  Type.SINT32,
  Type.SINT64,
];
const mapKeyTypes = scalarTypes.filter(
  (type) => type !== Type.DOUBLE && type !== Type.FLOAT && type !== Type.BYTES,
);
const longTypes = new Set([Type.INT64, Type.UINT64, Type.FIXED64, Type.SFIXED64, Type.SINT64]);
const wellKnown = [
  "StringValue",
  "BytesValue",
  "Int64Value",
  "BoolValue",
  "FloatValue",
  "Timestamp",
  "Any",
  "Value",
  "Struct",
];
/** Names that mean something to JavaScript, to every object, or in generated code. */
const hostileNames = [
  "class",
  "constructor",
  "to_string",
  "has_own_property",
  "__proto__",
  "is_prototype_of",
  "case",
  "value",
  "message",
  "into",
  "reader",
  "tag",
  "end",
  "start",
  "key",
  "entry",
  "known",
  "last",
  "item",
  "new",
  "then",
];
const messageNames = [
  "Plain",
  "message",
  "ByteWriter",
  "messageCodec",
  "writePlain",
  "PlainCodec",
  "Object",
  "Number",
  "create",
  "Other",
];
const defaults: Readonly<Partial<Record<FieldDescriptorProto_Type, string>>> = {
  [Type.INT32]: "-7",
  [Type.STRING]: "as before",
  [Type.BYTES]: "\\001x",
  [Type.BOOL]: "true",
  [Type.INT64]: "9",
  [Type.DOUBLE]: "inf",
};

/** A file, and what it imports, with messages of all sorts; each is the request of an rpc. */
export function randomDescriptors(g: Choices): FileDescriptorSet {
  const syntax = g.oneOf("proto2", "proto3", "editions");
  const names = g.some(messageNames, { min: 1, max: 4 });
  const file = create(FileDescriptorProtoSchema, {
    name: "p/random.proto",
    package: "p",
    syntax,
    ...(syntax === "editions" && { edition: Edition.EDITION_2023 }),
    dependency: wellKnownFiles.map(({ name }) => name),
    enumType: [enumType(syntax, "Shade", syntax === "editions" ? g.isTrue() : syntax === "proto3")],
    messageType: names.map((name) => new RandomMessage(g, { syntax, name, names }).describe() as never),
    service: [
      {
        name: "S",
        method: names.map((name, index) => ({
          name: `Do${index}`,
          inputType: `.p.${name}`,
          outputType: `.p.${name}`,
        })),
      },
    ],
  });
  return create(FileDescriptorSetSchema, { file: [...wellKnownFiles, file] });
}

const wellKnownFiles = [
  file_google_protobuf_any,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
].map(({ proto }) => proto);

function enumType(
  syntax: Syntax,
  name: string,
  isOpen: boolean,
): MessageInitShape<typeof EnumDescriptorProtoSchema> {
  const first = isOpen ? 0 : 3;
  return {
    name,
    value: [
      { name: "FIRST", number: first },
      { name: "NEGATIVE", number: -5 },
      { name: "LARGE", number: 70_000 },
    ],
    ...(syntax === "editions" && {
      options: { features: { enumType: isOpen ? FeatureSet_EnumType.OPEN : FeatureSet_EnumType.CLOSED } },
    }),
  };
}

interface Place {
  readonly syntax: Syntax;
  readonly name: string;
  readonly names: readonly string[];
}

class RandomMessage {
  readonly #g: Choices;
  readonly #place: Place;
  readonly #nested: MessageType[] = [];
  readonly #oneofs: string[] = [];
  readonly #synthetic: string[] = [];

  constructor(g: Choices, place: Place) {
    this.#g = g;
    this.#place = place;
  }

  describe(): MessageType {
    const g = this.#g;
    const names = g.some(hostileNames, { max: 3 });
    const numbers = g.some(fieldNumbers, { max: 9 });
    const oneofs = ["choice", "other"].slice(0, g.nat(2));
    this.#oneofs.push(...oneofs);
    const field = numbers.map((number, index) => this.#field(names[index] ?? `field_${index}`, number));
    // A oneof has fields.
    const used = oneofs.filter((_, index) => field.some(({ oneofIndex }) => oneofIndex === index));
    for (const each of field) {
      if (each.oneofIndex === undefined || each.proto3Optional) continue;
      each.oneofIndex = used.indexOf(oneofs[each.oneofIndex]!);
    }
    for (const each of field) {
      if (each.proto3Optional) each.oneofIndex = used.length + this.#synthetic.indexOf(`_${each.name}`);
    }
    return {
      name: this.#place.name,
      field,
      nestedType: this.#nested,
      oneofDecl: [...used, ...this.#synthetic].map((name) => ({ name })),
    };
  }

  #field(name: string, number: number): Field {
    const g = this.#g;
    const shape = g.oneOf("singular", "singular", "singular", "list", "map", "oneof", "group");
    const field: Field = { name, number, label: OPTIONAL, ...this.#type() };
    if (shape === "map") return this.#map(field);
    if (shape === "list") return this.#list(field);
    if (shape === "group" && field.type === Type.MESSAGE) return this.#group(field);
    if (shape === "oneof" && this.#oneofs.length > 0)
      return { ...field, oneofIndex: g.nat(this.#oneofs.length - 1), ...this.#options(field) };
    return this.#singular(field);
  }

  #type(): Pick<Field, "type" | "typeName"> {
    const g = this.#g;
    const kind = g.oneOf("scalar", "scalar", "scalar", "enum", "message", "message", "wkt");
    if (kind === "enum") return { type: Type.ENUM, typeName: ".p.Shade" };
    if (kind === "message") return { type: Type.MESSAGE, typeName: `.p.${g.oneOf(...this.#place.names)}` };
    if (kind === "wkt")
      return {
        type: Type.MESSAGE,
        typeName: `.google.protobuf.${g.oneOf(...wellKnown)}`,
      };
    return { type: g.oneOf(...scalarTypes) };
  }

  #options({ type }: Field, features: object = {}): { readonly options: FieldOptions } {
    const { syntax } = this.#place;
    const isText = type !== undefined && longTypes.has(type) && this.#g.isTrue();
    const jstype = isText ? { jstype: FieldOptions_JSType.JS_STRING } : {};
    if (syntax !== "editions") return { options: jstype };
    const isLossy = type === Type.STRING && this.#g.isTrue();
    const utf8 = isLossy ? { utf8Validation: FeatureSet_Utf8Validation.NONE } : {};
    return { options: { ...jstype, features: { ...features, ...utf8 } } };
  }

  #singular(field: Field): Field {
    const g = this.#g;
    const { syntax } = this.#place;
    const presence = g.oneOf("plain", "plain", "optional", "required");
    if (syntax === "proto2") {
      const defaultValue = field.type === undefined || !g.isTrue() ? undefined : defaults[field.type];
      const label = presence === "required" ? REQUIRED : OPTIONAL;
      return {
        ...field,
        label,
        ...(defaultValue !== undefined && { defaultValue }),
        ...this.#options(field),
      };
    }
    if (syntax === "proto3") {
      if (presence !== "optional" || field.type === Type.MESSAGE)
        return { ...field, ...this.#options(field) };
      this.#synthetic.push(`_${field.name}`);
      return { ...field, proto3Optional: true, oneofIndex: 0, ...this.#options(field) };
    }
    const { EXPLICIT, IMPLICIT, LEGACY_REQUIRED } = FeatureSet_FieldPresence;
    const mayBeImplicit = field.type !== Type.MESSAGE && field.type !== Type.ENUM;
    const plain = mayBeImplicit ? IMPLICIT : EXPLICIT;
    const fieldPresence = { plain, optional: EXPLICIT, required: LEGACY_REQUIRED }[presence] ?? EXPLICIT;
    return { ...field, ...this.#options(field, { fieldPresence }) };
  }

  #list(field: Field): Field {
    const isPacked = this.#g.isTrue();
    const { PACKED, EXPANDED } = FeatureSet_RepeatedFieldEncoding;
    const { options } = this.#options(field, { repeatedFieldEncoding: isPacked ? PACKED : EXPANDED });
    const mayPack = field.type !== Type.STRING && field.type !== Type.BYTES && field.type !== Type.MESSAGE;
    const packed = this.#place.syntax !== "editions" && mayPack ? { packed: isPacked } : {};
    return { ...field, label: REPEATED, options: { ...options, ...packed } };
  }

  #group(field: Field): Field {
    if (this.#place.syntax === "editions")
      return { ...field, ...this.#options(field, { messageEncoding: FeatureSet_MessageEncoding.DELIMITED }) };
    if (this.#place.syntax === "proto3") return this.#singular(field);
    const name = `Group${this.#nested.length}`;
    this.#nested.push({ name, field: [{ name: "x", number: 1, label: OPTIONAL, type: Type.INT32 }] });
    return {
      ...field,
      name: name.toLowerCase(),
      type: Type.GROUP,
      typeName: `.p.${this.#place.name}.${name}`,
    };
  }

  #map(value: Field): Field {
    const key = this.#g.oneOf(...mapKeyTypes);
    const name = `${(value.name ?? "")
      .split("_")
      .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
      .join("")}Entry`;
    this.#nested.push({
      name,
      options: { mapEntry: true },
      field: [
        { name: "key", number: 1, label: OPTIONAL, type: key },
        { ...value, name: "value", number: 2, label: OPTIONAL },
      ],
    });
    const typeName = `.p.${this.#place.name}.${name}`;
    const { options } = this.#options({});
    return { name: value.name, number: value.number, label: REPEATED, type: Type.MESSAGE, typeName, options };
  }
}

const fieldNumbers = [
  ...Array.from({ length: 30 }, (_, index) => index + 1),
  2047,
  2048,
  18_999,
  20_000,
  2 ** 29 - 1,
];
