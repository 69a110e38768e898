// Package specs holds the OpenAPI documents of the emulated APIs, one folder each,
// and of the stand-in's own admin plane. They are written by hand, in OpenAPI
// 3.0.3, and say of every operation where it comes from. The openapi.json beside each
// is generated from it, without the prose, and is what a process reads. Both are in the
// binary as sources.gz and compact.gz; see package packed.
//
// The stand-in builds its routes and its checks from them, and the referee its
// requests and expectations: the two share this data and no code.
package specs
