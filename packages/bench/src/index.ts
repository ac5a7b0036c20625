export { type BenchDeps, runBench } from './bench.ts';
