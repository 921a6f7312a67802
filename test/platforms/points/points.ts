/** Something real platforms do, and what a gateway in front of them has to do for it. */
export interface Point {
  readonly platforms: string;
  readonly gateway: string;
  /** What of it the gateway does not do, and why. */
  readonly leftOut?: string;
}

/**
 * What the code of Cloud Controller, service-catalog, Korifi and their client library asks of a broker, in the order of
 * their numbers: the first one is P1.
 */
export const POINTS: readonly Point[] = [
  {
    platforms: 'service-catalog speaks 2.14, Cloud Foundry 2.15, Korifi 2.17, older clusters down to 2.11; header names come in any letter case.',
    gateway: 'Serves 2.11 and everything newer; older versions are 412, in JSON.',
  },
  {
    platforms: 'They log in with Basic from the first request on; operators choose passwords with colons and umlauts. Kubernetes may use a bearer token.',
    gateway: 'Reads the whole password as UTF-8; a wrong login is 401 with a JSON body before anything else is read.',
    leftOut: 'Bearer tokens: who issues and revokes them is a matter of the control plane.',
  },
  {
    platforms: 'Cloud Foundry glues the path to the address as it was registered, also after a slash, and follows redirects with the login; a Go client makes a GET of a redirected PUT.',
    gateway: 'Serves `//v2`, and sends nobody elsewhere, whatever the path.',
    leftOut: 'A path in front of `/v2` belongs to the proxy that adds it, and has to be taken away there.',
  },
  {
    platforms: 'Korifi sends a content type without a body, Go clients no `Accept`, proxies cut bodies in chunks.',
    gateway: 'Does not care.',
  },
  {
    platforms: 'An empty body, or 204, is a failure for Cloud Foundry and sends service-catalog and Korifi round in circles, after deletes too.',
    gateway: 'Every answer has a JSON object, those without content `{}`.',
  },
  {
    platforms: 'To Cloud Foundry a null where it expects text is a malformed answer, and it deletes what was just made.',
    gateway: 'Leaves out what there is not, also where a backend says null.',
  },
  {
    platforms: 'They keep the word of an operation, Cloud Foundry up to 10,000 characters of it, and poll with it whichever replica answers by then.',
    gateway: 'Gives words of its own: short, safe in a URL, known to every replica and after a restart. The backend’s stays inside.',
  },
  {
    platforms: 'Cloud Foundry polls within milliseconds of the 202.',
    gateway: 'Has the operation in the database before the 202 leaves: every replica knows it.',
  },
  {
    platforms: 'Korifi sends the same PUT with each look at a resource, service-catalog again after a broken connection or with a new controller.',
    gateway: 'Joins it to the first one; the backend is asked once. Another wish under the same id is 409.',
  },
  {
    platforms: 'Between two sends of one wish names in the context change, the user changes, empty parameters become null and an absent app an empty text.',
    gateway: 'Compares what makes the instance, and nothing else.',
  },
  {
    platforms: 'service-catalog deletes what it could not make, and asks for it again under the same id.',
    gateway: 'An id is free as soon as what had it is gone.',
  },
  {
    platforms: 'Cloud Foundry lets users delete what is being made, and gives up polling; Korifi asks again and again.',
    gateway: 'Takes the delete at once, has it follow or cancel what runs, and answers the same operation until all is gone; then 410.',
  },
  {
    platforms: 'They delete what they never learned the end of, and take anything but 200, 202 and 410 for a failure; the plan they name may be an old one.',
    gateway: 'What it does not know is gone: 410, whatever it is said to be. An old plan does not matter.',
    leftOut: 'A delete that names another service than the instance has is 400: it is not meant for this one.',
  },
  {
    platforms: 'Cloud Foundry deletes orphaned keys without leave to answer later, for a day and a half and then never again; service-catalog unbinds so, too.',
    gateway: 'Waits for the backend, answers 504 before the platform hangs up, and finishes the delete on its own; the next one gets 410.',
  },
  {
    platforms: 'They poll with an old plan, without an operation or with nothing at all; 400 ends an operation, and 404 has Cloud Foundry poll for a week.',
    gateway: 'Answers for what it knows whatever else is named: 200, after a delete 410 where no operation is named, 404 for what never was.',
  },
  {
    platforms: 'Cloud Foundry and service-catalog poll for up to seven days, Cloud Foundry with pauses of up to a day.',
    gateway: 'Tells the end of every operation for seven days, and of what lives always that of the latest.',
  },
  {
    platforms: 'Cloud Foundry reads `Retry-After` as a number: a date is 0 to it.',
    gateway: 'Gives whole seconds, or nothing, whatever a backend says.',
  },
  {
    platforms: 'service-catalog binds without leave to answer later; what it then gets is a binding or its end.',
    gateway: 'Waits for the backend and answers with the credentials; what takes too long is 504, and removed.',
  },
  {
    platforms: 'To Cloud Foundry a 202 to a bind is an error where the catalog does not say that bindings can be fetched; afterwards it fetches without parameters.',
    gateway: 'Says so of every service, keeps credentials itself, and answers 202 only to those who asked for it.',
  },
  {
    platforms: 'Korifi takes credentials only from a bind sent again, for keys for ever; service-catalog sends it again while it cannot write its Secret.',
    gateway: 'Keeps credentials, sealed, and answers each bind that is sent again with the same.',
  },
  {
    platforms: 'Cloud Foundry refuses, and unbinds, a binding with a drain, route or volume its service has not announced, be the list empty.',
    gateway: 'Leaves out what was not announced. A bind that gave a route that is not https, or a volume that is not whole, has failed and is undone.',
  },
  {
    platforms: 'Clients in Go up to 2.14, and provider-osb, fail over `endpoints`, whose ports are texts.',
    gateway: 'Shows endpoints from 2.15 on, and none to provider-osb.',
  },
  {
    platforms: 'Clients in Go up to 2.14 know three errors by their description, letter by letter.',
    gateway: 'Says it to them in those words, to newer ones in its own.',
  },
  {
    platforms: 'Cloud Foundry deletes after a 422 it does not know; Korifi and service-catalog take 400 for an end and most else for "again". Korifi throws the reason away.',
    gateway: 'A refusal of a backend is 400, in the backend’s words. 422 is for what the specification names. To Korifi it is 202, and then `failed` with the reason.',
  },
  {
    platforms: 'Korifi and service-catalog ask again after 503; Cloud Foundry then deletes once.',
    gateway: 'A backend that was never reached is 503, nothing is kept, the delete is 410 and the next create a fresh one.',
  },
  {
    platforms: 'Cloud Foundry fails a request for good over a 429.',
    gateway: 'Never says 429 to whoever is logged in, also where a backend says so to it: polls and repeated calls are answered, calls beyond what a backend takes at once are 503.',
    leftOut: 'What is beyond a backend’s most at once is refused, not queued: a queue would outlast the time platforms wait. Quotas come with the control plane.',
  },
  {
    platforms: 'Updates come with null for the version there was, without the plan there was, without plan and parameters, and with `{}` for parameters nobody changed.',
    gateway: 'Takes what is named and keeps the rest; what the platform believes there was decides nothing.',
  },
  {
    platforms: 'Cloud Foundry upgrades by naming a version, with the description or without, and knows one word for a wrong one.',
    gateway: 'Compares the version alone: another one is 422 MaintenanceInfoConflict. A change during another is 422 ConcurrencyError.',
  },
  {
    platforms: 'Apps of Cloud Foundry have up to five bindings to one instance while they are rotated; keys besides.',
    gateway: 'Each binding has an id and credentials of its own and outlives the others.',
  },
  {
    platforms: 'Cloud Foundry and service-catalog fetch without any parameter.',
    gateway: 'Knows from its record where everything is.',
  },
  {
    platforms: 'Cloud Foundry refuses the whole catalog over one bad entry, service-catalog stops half way, Korifi ends over a link that is no text; absent flags mean different things to each.',
    gateway: 'Publishes what all of them take, with every flag written out; what they would not take is left out and told to operators.',
  },
  {
    platforms: 'What is not in the catalog is deleted, deactivated or marked as gone, with its access settings.',
    gateway: 'A backend that is down or talks nonsense takes nothing out: what it offered last stays.',
  },
  {
    platforms: 'They know plans by their ids for as long as there are instances, also of plans no longer offered.',
    gateway: 'Ids stay through restarts and new addresses; what exists keeps every verb when its plan is gone.',
  },
  {
    platforms: 'While Cloud Foundry reads the catalog nobody can create anything of this broker.',
    gateway: 'Serves it from memory; no backend is asked, and none that hangs is waited for.',
  },
  {
    platforms: 'Cloud Foundry and service-catalog hang up after 60 seconds; Korifi never does.',
    gateway: 'Answers every call within 50, whatever the backend does.',
  },
  {
    platforms: 'Cloud Foundry and service-catalog say who asks, service-catalog not always and Korifi never.',
    gateway: 'Passes it on byte for byte; one that is malformed is left out, and the request goes on.',
  },
  {
    platforms: 'Cloud Foundry forgets about a create whose connection breaks: nobody deletes what came of it.',
    gateway: 'Told to stop, takes no more, answers what it has and is gone within a minute: no connection breaks.',
  },
  {
    platforms: 'Kubernetes keeps credentials in Secrets, with names of letters, digits, `-`, `_` and `.`.',
    gateway: 'Credentials of the bundled backends have such names; those of others come as they are.',
    leftOut: 'A backend whose credentials could be no Secret is not told of before somebody binds: that comes with the checks of the control plane.',
  },
  {
    platforms: 'Users read the description of an error as it came; Cloud Foundry cuts what is longer than 16 KB.',
    gateway: 'Keeps descriptions to 8 KB, and says no address, secret or stack.',
  },
  {
    platforms: 'They keep connections open, Go clients for 90 seconds, and some offer HTTP/2.',
    gateway: 'Keeps idle connections longer than they do, and answers everything over HTTP/1.1.',
  },
];
