import type { Random } from './random.ts';

export interface Weighted {
  readonly service: string;
  readonly weight: number;
}

/** Draws one of the shapes of these services (none: of all), each as often as its weight says. */
export function createMixture<Shape extends Weighted>(
  shapes: readonly [Shape, ...Shape[]],
  services: readonly string[],
): (random: Random) => Shape {
  const wanted = shapes.filter(({ service }) => services.length === 0 || services.includes(service));
  const total = wanted.reduce((sum, { weight }) => sum + weight, 0);
  return (random) => {
    let left = random.fraction() * total;
    for (const shape of wanted) {
      left -= shape.weight;
      if (left < 0) return shape;
    }
    return wanted.at(-1) ?? shapes[0];
  };
}
