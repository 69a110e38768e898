package kubernetes

import (
	"fmt"
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// drain is the default of serve's --drain-timeout, in seconds.
const drain = 5

// wiring lists what is right for every schema and still does not work, or is not as
// careful as the rest.
func (o *objects) wiring() []string {
	pod := o.deployment.Spec.Template
	wrong := o.selection()
	require := func(holds bool, format string, args ...any) {
		if !holds {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	require(isSet(pod.Spec.AutomountServiceAccountToken, false), "automountServiceAccountToken: want false")
	require(isSet(pod.Spec.EnableServiceLinks, false), "enableServiceLinks: want false")
	grace := pod.Spec.TerminationGracePeriodSeconds
	require(grace != nil && *grace > drain, "terminationGracePeriodSeconds: want more than the %d s of draining", drain)
	require(o.deployment.Spec.Replicas != nil && *o.deployment.Spec.Replicas == 1, "replicas: want 1, for the state is in memory")
	if len(pod.Spec.Containers) != 1 {
		return append(wrong, fmt.Sprintf("%d containers, want 1", len(pod.Spec.Containers)))
	}
	container := &pod.Spec.Containers[0]
	require(strings.HasPrefix(container.Image, "keyturn/keyturn:"), "image %s: want keyturn/keyturn in some version", container.Image)
	require(container.SecurityContext != nil && isSet(container.SecurityContext.ReadOnlyRootFilesystem, true), "readOnlyRootFilesystem: want true")
	require(container.Resources.Limits.Memory().Sign() > 0, "resources: want a limit of memory")
	require(asks(container.ReadinessProbe, "/__admin/ready", container), "readinessProbe: want /__admin/ready at a port that the container has")
	require(asks(container.LivenessProbe, "/__admin/health", container), "livenessProbe: want /__admin/health at a port that the container has")
	for _, port := range o.service.Spec.Ports {
		require(hasPort(container, port.TargetPort), "Service: the container has no port %s", port.TargetPort.String())
	}
	for _, mount := range container.VolumeMounts {
		known := slices.ContainsFunc(pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == mount.Name })
		require(path.IsAbs(mount.MountPath), "volumeMounts: %s has the mountPath %q, want an absolute one", mount.Name, mount.MountPath)
		require(known, "volumeMounts: there is no volume %s", mount.Name)
	}
	return wrong
}

func (o *objects) selection() []string {
	var wrong []string
	pod := labels.Set(o.deployment.Spec.Template.Labels)
	if o.deployment.Spec.Selector == nil || !labels.SelectorFromSet(o.deployment.Spec.Selector.MatchLabels).Matches(pod) {
		wrong = append(wrong, "Deployment: its selector does not match its own pods")
	}
	if len(o.service.Spec.Selector) == 0 || !labels.SelectorFromSet(o.service.Spec.Selector).Matches(pod) {
		wrong = append(wrong, "Service: its selector matches no pod")
	}
	return wrong
}

func asks(probe *corev1.Probe, address string, container *corev1.Container) bool {
	return probe != nil && probe.HTTPGet != nil && probe.HTTPGet.Path == address && hasPort(container, probe.HTTPGet.Port)
}

func hasPort(container *corev1.Container, want intstr.IntOrString) bool {
	return slices.ContainsFunc(container.Ports, func(port corev1.ContainerPort) bool {
		return want.Type == intstr.String && port.Name == want.StrVal || want.Type == intstr.Int && port.ContainerPort == want.IntVal
	})
}

func isSet(value *bool, want bool) bool { return value != nil && *value == want }
