import { styleText } from 'node:util';
import { type Answer, isAccepted } from '@relay/simulators';

/** An answer in a line. */
export function answerLine(answer: Answer): string {
  const { status, text, ms } = answer;
  const shown = status === 0 ? 'no answer' : String(status);
  return `${styleText(isAccepted(answer) ? 'green' : 'red', shown)} in ${Math.round(ms)} ms  ${text.trim()}`.trimEnd();
}
