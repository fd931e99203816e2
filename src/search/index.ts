export { indexNoted } from "./index-entries.ts";
export { catchUp, createIndexer } from "./indexer.ts";
export { searchFor } from "./search-for.ts";
export { searchEntries, type Hit, type SearchAnswer, type SearchRequest } from "./search.ts";
