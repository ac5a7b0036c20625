// Plays all subscribers, in a process of its own, which nothing breaks.
import { serve } from '@relay/testkit';
import { createReceivers } from './receivers.ts';

const verbs = createReceivers();
export type ReceiversVerbs = typeof verbs;

serve(verbs);
