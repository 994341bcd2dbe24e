// Whether the suite answers: when it last did, and since when requests have failed.

interface Contact {
  /** When the last answer arrived. */
  heardAt: number;
  /** Whether the last request got no answer. */
  failing: boolean;
}

let contact: Contact = { heardAt: Date.now(), failing: false };

/** Notes that a request was answered by the suite, or was not. */
export function noteContact(answered: boolean): void {
  contact = answered ? { heardAt: Date.now(), failing: false } : { ...contact, failing: true };
}

/** How long there has been no contact, in milliseconds; 0 while the last request was answered. */
export function silenceMs(now: number = Date.now()): number {
  return contact.failing ? now - contact.heardAt : 0;
}
