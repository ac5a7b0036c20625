// Plays the vendor: a process of its own, so that sending takes nothing from what is measured but the machine.

import { serve } from '@relay/testkit';
import { postClosed, postOpen } from './posting.ts';

const verbs = { postClosed, postOpen };
export type VendorVerbs = typeof verbs;

serve(verbs);
