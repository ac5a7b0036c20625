/** One line that changes while something goes on, on a terminal only; what is printed for good goes above it. */
export interface LiveLine {
  print(line: string): void;
  /** From now on the line is this text, asked for anew a few times a second. */
  show(text: () => string): void;
  end(): void;
}

const drawEveryMs = 200;
const usualColumns = 80;
const clear = '\r\u001b[2K';

export function createLiveLine(terminal: NodeJS.WriteStream = process.stderr): LiveLine {
  if (!terminal.isTTY) return { print: (line) => console.log(line), show: () => {}, end: () => {} };
  let shown = () => '';
  const draw = () => terminal.write(clear + shown().slice(0, (terminal.columns || usualColumns) - 1));
  const timer = setInterval(draw, drawEveryMs).unref();
  return {
    print: (line) => {
      terminal.write(clear);
      console.log(line);
    },
    show: (text) => {
      shown = text;
    },
    end: () => {
      clearInterval(timer);
      terminal.write(clear);
    },
  };
}
