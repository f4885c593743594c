{{/* What every process is told; `drain` and `own` are a queue's own time to drain and settings, if it has any. */}}
{{- define "mediamill.env" -}}
{{- range $variable, $key := dict "MEDIAMILL_DATABASE_URL" "database-url" "MEDIAMILL_BROKER_URL" "broker-url" "MEDIAMILL_SECRET" "secret" }}
- name: {{ $variable }}
  valueFrom: {secretKeyRef: {name: {{ $.Values.existingSecret }}, key: {{ $key }}}}
{{- end }}
{{- include "mediamill.keys" (dict "root" . "keys" .Values.secrets.everyone) }}
- {name: MEDIAMILL_PUBLIC_URL, value: {{ .Values.publicUrl | quote }}}
- {name: MEDIAMILL_STORE_URL, value: {{ .Values.storeUrl | quote }}}
- {name: MEDIAMILL_DRAIN_GRACE_S, value: {{ .drain | default .Values.workers.drainSeconds | quote }}}
{{- with .Values.otlpUrl }}
- {name: MEDIAMILL_OTLP_URL, value: {{ . | quote }}}
{{- end }}
{{- range $variable, $value := merge (dict) (.own | default dict) .Values.settings }}
- {name: {{ $variable }}, value: {{ $value | quote }}}
{{- end }}
{{- end -}}

{{/* Keys of the Secret under the names of settings; none of them must be there. */}}
{{- define "mediamill.keys" -}}
{{- range $variable, $key := .keys }}
- name: {{ $variable }}
  valueFrom: {secretKeyRef: {name: {{ $.root.Values.existingSecret }}, key: {{ $key }}, optional: true}}
{{- end }}
{{- end -}}

{{/* What a queue's workers are told beyond that: its vendors' keys, the signer's if it makes media, its own. */}}
{{- define "mediamill.queue.env" -}}
{{- range .queue.vendors }}
{{- include "mediamill.keys" (dict "root" $.root "keys" (index $.root.Values.secrets.vendors . | default dict)) }}
{{- end }}
{{- if .queue.signs }}
{{- include "mediamill.keys" (dict "root" .root "keys" .root.Values.secrets.signer) }}
{{- end }}
{{- include "mediamill.keys" (dict "root" .root "keys" (index .root.Values.secrets.queues .name | default dict)) }}
{{- if and (eq .name "blockchain") .root.Values.mint.keystoreSecret }}
- {name: MEDIAMILL_EVM_KEYSTORE, value: /run/mediamill/keystore}
{{- end }}
{{- end -}}
