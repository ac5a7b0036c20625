export interface Command<Options> {
  /** Stands before each sentence on stderr. */
  readonly name: string;
  /** Throws an error with a sentence for the user when the arguments make no sense. */
  readonly optionsOf: (args: readonly string[]) => Options;
  /** Answers the exit code. Once it is to stop it cleans up and rejects, or answers all the same. */
  readonly run: (options: Options, running: Running) => Promise<number>;
}

export interface Running {
  /** Aborted by Ctrl-C, and when whoever has started the command is gone. */
  readonly stopping: AbortSignal;
  /** One line on stderr, with the command's name. */
  readonly say: (sentence: string) => void;
}

/** Exit codes besides those of the run itself. */
const failed = 1;
const wrongUse = 2;
const interrupted = 130;

/** Runs a command of this process's arguments; answers its exit code. Whatever goes wrong is one sentence on stderr. */
export async function runCommand<Options>({ name, optionsOf, run }: Command<Options>): Promise<number> {
  const say = (sentence: string) => void process.stderr.write(`${name}: ${sentence}\n`);
  let options: Options;
  try {
    options = optionsOf(process.argv.slice(2));
  } catch (error) {
    say(sentenceOf(error));
    return wrongUse;
  }
  const stopping = stopSignal();
  try {
    return await run(options, { stopping, say });
  } catch (error) {
    if (stopping.aborted) return interrupted;
    say(sentenceOf(error));
    return failed;
  }
}

function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  // A Ctrl-C can come twice at once, from the terminal and through the launcher.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  // The launcher was killed. Listening must not keep us alive.
  process.once('disconnect', () => stopping.abort());
  process.channel?.unref();
  return stopping.signal;
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
