// What a .proto file says, as far as proto/ uses the language.

export interface ProtoFile {
  readonly comment: string;
  readonly packageName: string;
  /** Paths as they stand in the file. */
  readonly imports: readonly string[];
  readonly messages: readonly Message[];
  readonly enums: readonly Enum[];
  readonly services: readonly Service[];
}

export interface Message {
  readonly comment: string;
  readonly name: string;
  readonly fields: readonly Field[];
  /** The enums declared inside. */
  readonly enums: readonly Enum[];
}

export interface Field {
  readonly comment: string;
  readonly name: string;
  readonly number: number;
  /** A scalar type, or the name of a message or enum as it stands in the file. */
  readonly type: string;
  readonly isRepeated: boolean;
  /** Name of the oneof it belongs to. */
  readonly oneof: string | undefined;
}

export interface Enum {
  readonly comment: string;
  readonly name: string;
  readonly values: readonly { readonly comment: string; readonly name: string; readonly number: number }[];
}

export interface Service {
  readonly comment: string;
  readonly name: string;
  readonly methods: readonly {
    readonly comment: string;
    readonly name: string;
    readonly request: string;
    readonly response: string;
  }[];
}
