// A typed line as words, by the rules of a shell: blanks separate, quotes and backslashes keep together.

import { ClientError } from '@hexapod/sdk/client-error';

/** Throws ClientError when a quote is not closed. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < line.length; index++) {
    const char = line[index] ?? '';
    if (char === '\\' && quote !== "'") {
      index += 1;
      const escaped = line[index];
      if (escaped === undefined)
        throw new ClientError(`parse error: \`${line}\``, { hint: 'nothing follows the \\' });
      word = `${word ?? ''}${quote === '"' && !'"\\$`'.includes(escaped) ? '\\' : ''}${escaped}`;
    } else if (char === quote) {
      quote = undefined;
    } else if (quote === undefined && (char === '"' || char === "'")) {
      quote = char;
      word ??= '';
    } else if (quote === undefined && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = `${word ?? ''}${char}`;
    }
  }
  if (quote !== undefined)
    throw new ClientError(`parse error: \`${line}\``, { hint: `a ${quote} is not closed` });
  if (word !== undefined) words.push(word);
  return words;
}
