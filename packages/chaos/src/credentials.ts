/** Of what is posted to the source `thingspace`, as they stand in relay.yaml and in each body. */
export const credentials = { username: 'relay', password: 'not-a-secret' };
