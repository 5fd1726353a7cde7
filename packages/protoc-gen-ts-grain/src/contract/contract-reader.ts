import {
  type DescExtension,
  type DescFile,
  type DescMethod,
  type DescService,
  type Extendee,
  type ExtensionValueShape,
  getExtension,
  hasExtension,
} from "@bufbuild/protobuf";
import { type Duration, MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { method_options as goMethod } from "../gen/protobuf/protoc-gen-go-grain/options/options_pb.ts";
import {
  MethodOptions_Reentrancy,
  kind as tsgrainKind,
  method as tsgrainMethod,
} from "../gen/tsgrain/v1/options_pb.ts";
import { kindName } from "./kind-name.ts";
import type {
  Idempotency,
  MethodContract,
  Reentrancy,
  ServiceContract,
  WrittenMethodOptions,
} from "./service-contract.ts";

const reentrancies: Readonly<Record<MethodOptions_Reentrancy, Reentrancy>> = {
  [MethodOptions_Reentrancy.NONE]: "none",
  [MethodOptions_Reentrancy.CALL_CHAIN]: "call_chain",
  [MethodOptions_Reentrancy.READ_ONLY]: "read_only",
  [MethodOptions_Reentrancy.ALWAYS]: "always",
};

const idempotencies: Readonly<Record<MethodOptions_IdempotencyLevel, Idempotency>> = {
  [MethodOptions_IdempotencyLevel.IDEMPOTENCY_UNKNOWN]: "unknown",
  [MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS]: "no_side_effects",
  [MethodOptions_IdempotencyLevel.IDEMPOTENT]: "idempotent",
};

/** Reads what services and rpcs say of themselves, in our options and in those of Proto.Actor Go. */
export class ContractReader {
  readonly #extensions: ReadonlySet<string>;
  readonly #read = new Map<DescService, ServiceContract>();

  /** Takes all files of the request: an option is ours only where its extension is declared under our name. */
  constructor(files: readonly DescFile[]) {
    this.#extensions = new Set(files.flatMap(({ extensions }) => extensions.map(({ typeName }) => typeName)));
  }

  /** What the contract says of a service. @throws Error if an option's bytes are no message of its type. */
  read(desc: DescService): ServiceContract {
    const known = this.#read.get(desc);
    if (known) return known;
    const options = this.#option(desc.proto.options, tsgrainKind);
    const contract = {
      desc,
      kind: options?.name ?? kindName(desc.name),
      writtenKind: options?.name,
      idleTimeoutMs: options?.idleTimeout && milliseconds(options.idleTimeout),
      methods: desc.methods.map((method, position) => this.#readMethod(method, position)),
    };
    this.#read.set(desc, contract);
    return contract;
  }

  #readMethod(desc: DescMethod, position: number): MethodContract {
    const written = this.#writtenOptions(desc);
    const { reenterable, reentrancy = reenterable ? "always" : "none", index = position, oneWay } = written;
    return { desc, index, reentrancy, oneWay, idempotency: idempotencies[desc.idempotency], written };
  }

  #writtenOptions(desc: DescMethod): WrittenMethodOptions {
    const options = this.#option(desc.proto.options, tsgrainMethod);
    return {
      reentrancy: options?.reentrancy === undefined ? undefined : reentrancies[options.reentrancy],
      oneWay: options?.oneWay ?? false,
      index: options?.index,
      reenterable: this.#option(desc.proto.options, goMethod)?.reenterable ?? false,
    };
  }

  #option<Extension extends DescExtension>(
    options: Extendee<Extension> | undefined,
    extension: Extension,
  ): ExtensionValueShape<Extension> | undefined {
    if (!options || !this.#extensions.has(extension.typeName)) return undefined;
    return hasExtension(options, extension) ? getExtension(options, extension) : undefined;
  }
}

function milliseconds({ seconds, nanos }: Duration): number {
  return Number(seconds) * 1_000 + nanos / 1_000_000;
}
