// Package kubernetes judges the manifests of docker/kubernetes without a cluster: builds
// them as kubectl apply -k would, and asks the schemas of each version of Kubernetes that
// is at hand, the evaluator of the Pod Security Standards, and rules of its own for what
// neither of them looks at. It is a module apart: what it needs, nobody else does.
package kubernetes
