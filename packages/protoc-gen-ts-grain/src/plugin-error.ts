/** What can be wrong with what the plugin is given. docs/plugin.md has an example and a remedy for each. */
type PluginErrorCode =
  | "invalid_parameter" // a parameter is unknown or has a value it cannot have; correct it in buf.gen.yaml
  | "no_files" // the request names no file to generate; give the compiler at least one
  | "invalid_file_name" // the name would leave the output folder or no system could store it; rename the file
  | "file_collision" // two files would be written to one path; rename one
  | "invalid_name" // a name cannot be an identifier in TypeScript; rename it in the .proto
  | "name_collision" // two rpcs or services would print one name; rename one
  | "contract_changed" // members of the locked contract would misunderstand this one; the message says what to do
  | "invalid_lock" // the contract lock cannot be read or written; correct the parameter lock or the file
  | "invalid_option" // an option makes no sense where it stands; the message says what to do
  | "streaming_rpc"; // grains have unary rpcs only; make it unary, or pass streaming=skip

/** One thing that is wrong. */
export interface Diagnostic {
  readonly code: PluginErrorCode;
  /** One line that begins with file, line and column where there are any, and ends with the remedy. */
  readonly message: string;
}

/** Code cannot be generated; the message has a line for each diagnostic. */
export class PluginError extends Error {
  override readonly name = "PluginError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[], options?: ErrorOptions) {
    super(diagnostics.map(({ message }) => message).join("\n"), options);
    this.diagnostics = diagnostics;
  }
}
