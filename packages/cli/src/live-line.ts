/** One line that changes while something goes on, on a terminal only; what is printed for good goes above it. */
export interface LiveLine {
  print(line: string): void;
  /** The text is asked for when the line is drawn, a few times a second at most. */
  show(text: () => string): void;
  end(): void;
}

const drawEveryMs = 200;
const clear = '\r\u001b[2K';

export function createLiveLine(terminal: NodeJS.WriteStream = process.stderr): LiveLine {
  if (!terminal.isTTY) return { print: (line) => console.log(line), show: () => {}, end: () => {} };
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    print: (line) => {
      terminal.write(clear);
      console.log(line);
    },
    show: (text) => {
      if (performance.now() - drawnAt < drawEveryMs) return;
      drawnAt = performance.now();
      terminal.write(clear + text().slice(0, terminal.columns - 1));
    },
    end: () => void terminal.write(clear),
  };
}
