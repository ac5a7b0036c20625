// Plays the vendor: a process of its own, so that sending takes nothing from what is measured but the machine.
import { postClosed, postOpen } from './posting.ts';
import { serve } from './remote.ts';

const verbs = { postClosed, postOpen };
export type VendorVerbs = typeof verbs;

serve(verbs);
