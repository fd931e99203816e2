export { catchUp, createIndexer, type Indexer } from "./indexer.ts";
export { searchEntries, type Hit, type SearchAnswer, type SearchRequest } from "./search.ts";
