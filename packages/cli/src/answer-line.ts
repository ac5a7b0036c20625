import { styleText } from 'node:util';
import { type Answer, type Counts, isAccepted } from '@relay/simulators';

/** An answer in a line. */
export function answerLine(answer: Answer): string {
  const { status, text, ms } = answer;
  const shown = status === 0 ? 'no answer' : String(status);
  return `${styleText(isAccepted(answer) ? 'green' : 'red', shown)} in ${Math.round(ms)} ms  ${text.trim()}`.trimEnd();
}

/** How often each status was answered. */
export function answersIn(byStatus: Counts['byStatus']): string {
  const answers = Object.entries(byStatus).map(([status, count]) => `${status === '0' ? 'none' : status} × ${count}`);
  return `answers: ${answers.join(', ') || 'none'}`;
}
