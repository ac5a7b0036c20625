// Plays all subscribers, in one process of its own.

import { serve } from '@relay/testkit';
import { createReceivers } from './receivers.ts';

const verbs = createReceivers();
export type ReceiversVerbs = typeof verbs;

serve(verbs);
