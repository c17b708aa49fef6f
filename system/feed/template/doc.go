// Package template compiles and fills the templates of the vendor language: texts with places such as {symbols|lower} in URLs, query values,
// headers, credentials, and in what gives instruments their names.
//
// A template is checked when it is compiled: unknown places and filters, places that cannot stand where they do, braces left open, URLs that may
// not be asked. Filling it in can then fail only by the values. What is inserted is escaped for where it stands, so no symbol and no secret can
// reach another host, path segment, parameter or header. No error quotes a template, because keys travel in them.
package template
