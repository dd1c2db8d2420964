// Parses the part of proto3 that proto/ uses: messages, oneofs, repeated fields, enums, unary services, line comments.
// Anything else (options, maps, groups, optional, reserved, streams, nested messages) is refused by name and line.

import type { Enum, Field, Message, ProtoFile, Service } from './proto-file.ts';

interface Token {
  readonly text: string;
  readonly line: number;
  /** The comment lines right above, if it is the first token of its line. */
  readonly comment: string;
}

const TOKEN = /\/\/[^\n]*|"[^"\n]*"|[A-Za-z_][\w.]*|\d+|[{}()=;]|\n|[ \t\r]+|./g;

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let comment: string[] = [];
  let line = 1;
  let isLineEmpty = true;
  for (const [text] of source.matchAll(TOKEN)) {
    if (text === '\n') {
      line++;
      // An empty line: what was said above is not about what comes below, unless it opens the file.
      if (isLineEmpty && tokens.length > 0) comment = [];
      isLineEmpty = true;
    } else if (text.startsWith('//')) {
      comment.push(text.slice(2).trim());
      isLineEmpty = false;
    } else if (text.trim() !== '') {
      tokens.push({ text, line, comment: comment.join('\n') });
      comment = [];
      isLineEmpty = false;
    }
  }
  return tokens;
}

class Parser {
  readonly #fileName: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(source: string, fileName: string) {
    this.#fileName = fileName;
    this.#tokens = tokenize(source);
  }

  file(): ProtoFile {
    const comment = this.#tokens[0]?.comment ?? '';
    const imports: string[] = [];
    const messages: Message[] = [];
    const enums: Enum[] = [];
    const services: Service[] = [];
    let packageName = '';
    this.#expect('syntax', '=', '"proto3"', ';');
    while (this.#next < this.#tokens.length) {
      const { text, line, comment: above } = this.#take('a declaration');
      if (text === 'package') packageName = this.#statement();
      else if (text === 'import') imports.push(this.#statement().slice(1, -1));
      else if (text === 'message') messages.push(this.#message(above));
      else if (text === 'enum') enums.push(this.#enum(above));
      else if (text === 'service') services.push(this.#service(above));
      else throw this.#refusal(text, line);
    }
    return { comment, packageName, imports, messages, enums, services };
  }

  #message(comment: string): Message {
    const name = this.#take('a name').text;
    const fields: Field[] = [];
    const enums: Enum[] = [];
    this.#block((first) => {
      if (first.text === 'enum') enums.push(this.#enum(first.comment));
      else if (first.text === 'oneof') fields.push(...this.#oneof());
      else fields.push(this.#field(first, undefined));
    });
    return { comment, name, fields, enums };
  }

  #oneof(): Field[] {
    const name = this.#take('a name').text;
    const fields: Field[] = [];
    this.#block((first) => fields.push(this.#field(first, name)));
    return fields;
  }

  #field(first: Token, oneof: string | undefined): Field {
    const isRepeated = first.text === 'repeated' && oneof === undefined;
    const type = isRepeated ? this.#take('a type') : first;
    if (REFUSED.has(type.text) || !/^[A-Za-z]/.test(type.text)) throw this.#refusal(type.text, type.line);
    const name = this.#take('a field name').text;
    const number = this.#number();
    return { comment: first.comment, name, number, type: type.text, isRepeated, oneof };
  }

  #enum(comment: string): Enum {
    const name = this.#take('a name').text;
    const values: { comment: string; name: string; number: number }[] = [];
    this.#block((first) => {
      if (REFUSED.has(first.text)) throw this.#refusal(first.text, first.line);
      values.push({ comment: first.comment, name: first.text, number: this.#number() });
    });
    return { comment, name, values };
  }

  #service(comment: string): Service {
    const name = this.#take('a name').text;
    const methods: Service['methods'][number][] = [];
    this.#block((first) => {
      if (first.text !== 'rpc') throw this.#refusal(first.text, first.line);
      const rpc = this.#take('a name').text;
      const request = this.#messageType();
      this.#expect('returns');
      const response = this.#messageType();
      this.#expect(';');
      methods.push({ comment: first.comment, name: rpc, request, response });
    });
    return { comment, name, methods };
  }

  #messageType(): string {
    this.#expect('(');
    const type = this.#take('a message type');
    if (type.text === 'stream') throw this.#refusal(type.text, type.line);
    this.#expect(')');
    return type.text;
  }

  /** `{` items `}`; each item's first token is given to `item`, which takes the rest. */
  #block(item: (first: Token) => void): void {
    this.#expect('{');
    for (let first = this.#take('}'); first.text !== '}'; first = this.#take('}')) item(first);
  }

  /** `= 12;` */
  #number(): number {
    this.#expect('=');
    const { text, line } = this.#take('a number');
    if (!/^\d+$/.test(text)) throw this.#error(`wanted a number, got ${text}`, line);
    this.#expect(';');
    return Number(text);
  }

  /** `package name;` after its first word. */
  #statement(): string {
    const { text } = this.#take('a name');
    this.#expect(';');
    return text;
  }

  #expect(...texts: readonly string[]): void {
    for (const wanted of texts) {
      const { text, line } = this.#take(wanted);
      if (text !== wanted) throw this.#error(`wanted ${wanted}, got ${text}`, line);
    }
  }

  #take(wanted: string): Token {
    const token = this.#tokens[this.#next++];
    if (!token)
      throw this.#error(`wanted ${wanted}, got the end of the file`, this.#tokens.at(-1)?.line ?? 1);
    return token;
  }

  #refusal(text: string, line: number): Error {
    return this.#error(
      `${text} is not in the part of proto3 that this project uses (see tools/codegen)`,
      line,
    );
  }

  #error(text: string, line: number): Error {
    return new Error(`proto/${this.#fileName}:${line}: ${text}`);
  }
}

const REFUSED: ReadonlySet<string> = new Set([
  'option',
  'map',
  'group',
  'optional',
  'reserved',
  'message',
  'extensions',
]);

/** @param fileName as it would stand in an import. Throws with file, line and what was wrong. */
export function parseProto(source: string, fileName: string): ProtoFile {
  return new Parser(source, fileName).file();
}
