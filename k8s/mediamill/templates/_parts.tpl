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

{{- define "mediamill.labels" -}}
app.kubernetes.io/name: mediamill
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* What every pod of ours may do: nothing that it need not. */}}
{{- define "mediamill.pod" -}}
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
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

{{- define "mediamill.env" -}}
{{- range $variable, $key := dict "MEDIAMILL_DATABASE_URL" "database-url" "MEDIAMILL_BROKER_URL" "broker-url" "MEDIAMILL_SECRET" "secret" }}
- name: {{ $variable }}
  valueFrom: {secretKeyRef: {name: {{ $.Values.existingSecret }}, key: {{ $key }}}}
{{- end }}
{{- range $variable, $key := dict "MEDIAMILL_SIGNING_CERTIFICATES" "signing-certificates" "MEDIAMILL_TRUSTED_ROOTS" "trusted-roots" }}
- name: {{ $variable }}
  valueFrom: {secretKeyRef: {name: {{ $.Values.existingSecret }}, key: {{ $key }}, optional: true}}
{{- end }}
- {name: MEDIAMILL_PUBLIC_URL, value: {{ .Values.publicUrl | quote }}}
- {name: MEDIAMILL_STORE_URL, value: {{ .Values.storeUrl | quote }}}
- {name: MEDIAMILL_DRAIN_GRACE_S, value: {{ .Values.workers.drainSeconds | quote }}}
{{- end -}}

{{/* Only who makes media may sign it. */}}
{{- define "mediamill.signer" -}}
- name: MEDIAMILL_SIGNING_KEY
  valueFrom: {secretKeyRef: {name: {{ .Values.existingSecret }}, key: signing-key, optional: true}}
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
