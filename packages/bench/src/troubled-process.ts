// Plays the subscribers that are in trouble, apart from those whose deliveries are timed.

import { serve } from '@relay/testkit';
import { createTroubled } from './troubled.ts';

const verbs = createTroubled();
export type TroubledVerbs = typeof verbs;

serve(verbs);
