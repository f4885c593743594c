{{/* The queues: the generated ones, changed by what the installation says. */}}
{{- define "mediamill.queues" -}}
{{- $generated := (.Files.Get "values.queues.yaml" | fromYaml).queues -}}
{{- range $name, $_ := .Values.queues }}
{{- if not (hasKey $generated $name) }}{{ fail (printf "queues.%s: there is no such queue; there are: %s" $name (keys $generated | sortAlpha | join ", ")) }}{{ end }}
{{- end }}
{{- toYaml (mergeOverwrite $generated (deepCopy .Values.queues)) -}}
{{- end -}}

{{- define "mediamill.image" -}}
{{- $tag := .root.Values.image.tag | default .root.Chart.AppVersion -}}
{{- with .root.Values.image.registry }}{{ . }}/{{ end }}{{ .name }}:{{ $tag }}
{{- end -}}

{{- define "mediamill.who" -}}
app.kubernetes.io/name: mediamill
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "mediamill.labels" -}}
{{ include "mediamill.who" . }}
app.kubernetes.io/version: {{ .root.Values.image.tag | default .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{/* What every pod of ours may do: nothing that it need not. */}}
{{- define "mediamill.pod" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "mediamill.spread" -}}
topologySpreadConstraints:
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "mediamill.who" $ | nindent 8 }}
{{- end }}
{{- end -}}

{{- define "mediamill.container" -}}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end -}}

{{/* Memory is limited to what is asked for; CPU is not limited, since a throttled worker misses its heartbeats. */}}
{{- define "mediamill.resources" -}}
requests: {cpu: {{ .cpu | quote }}, memory: {{ .memory | quote }}}
limits: {memory: {{ .memory | quote }}}
{{- end -}}

{{- define "mediamill.mounts" -}}
- {name: scratch, mountPath: /tmp}
{{- if .Values.assetsClaim }}
- {name: assets, mountPath: /var/lib/mediamill/assets}
{{- end }}
{{- end -}}

{{- define "mediamill.volumes" -}}
- name: scratch
  emptyDir: {sizeLimit: {{ .Values.workers.scratch }}}
{{- with .Values.assetsClaim }}
- name: assets
  persistentVolumeClaim: {claimName: {{ . }}}
{{- end }}
{{- end -}}
