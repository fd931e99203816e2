declare module "jju" {
  const jju: {
    parse(text: string, options?: object): unknown;
    update(text: string, value: unknown, options?: object): string;
  };
  export default jju;
}
